/**
 * Equal, or begins as the rule does before all its trailing stars: `/api/*` is not `/api`, `/healthz*` is `/healthzfoo`,
 * and a star elsewhere is a star (`rbac/v1 NonResourceURLMatches`).
 */
export function matchesUrl(urls: readonly string[], path: string): boolean {
  return urls.some(
    (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(cutStars(url))),
  );
}

function cutStars(url: string): string {
  let end = url.length;
  while (url[end - 1] === '*') end -= 1;
  return url.slice(0, end);
}
