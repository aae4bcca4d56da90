import { isDnsSubdomain } from './dns.ts';

const ADDRESS = /^\d+(?:\.\d+){3}$/;

/**
 * Whether a general purpose bucket can be called so (Amazon S3 User Guide, "General purpose bucket naming rules"): by one
 * label of a host's name or several, and by no IP address. Such a name is safe as a step of a path, as a host below S3's
 * and as a folder. What S3 keeps for itself is let through, since an alias such as `…-s3alias` stands where a bucket does.
 */
export function isBucketName(text: string): boolean {
  return text.length >= 3 && text.length <= 63 && isDnsSubdomain(text) && !ADDRESS.test(text);
}
