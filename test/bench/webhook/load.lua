-- wrk -s load.lua URL REVIEWS_FILE: posts each line of the file in turn; prints one line of JSON at the end.
local requests = {}
local at = 0

function init(args)
  local headers = { ["content-type"] = "application/json", ["user-agent"] = "kube-apiserver-admission" }
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", "/mutate?timeout=10s", headers, line)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"us":%d,"bytes":%d,"p50":%d,"p99":%d,"max":%d,"failed":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
