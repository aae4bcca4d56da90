-- wrk -s load.lua URL FILE CONTENT_TYPE: posts each line of the file in turn; prints one line of JSON at the end.
local requests = {}
local at = 0

function init(args)
  local headers = { ["content-type"] = args[2], ["user-agent"] = "iam-bridge-bench" }
  for line in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, headers, line)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"us":%d,"bytes":%d,"p50":%d,"p99":%d,"max":%d,"failed":%d,"refused":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
