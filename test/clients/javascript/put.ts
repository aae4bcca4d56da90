/**
 * Puts TEXT to s3://BUCKET/KEY by the AWS SDK for JavaScript v3, told of everything else by its environment: BUCKET KEY
 * TEXT.
 */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const [Bucket = '', Key = '', Body = ''] = process.argv.slice(2);

/** The SDK names a modelled error by its class, and keeps the code that came over the wire beside it. */
function describe(error: unknown): { readonly code: unknown; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'unknown', message: '' };
  return { code: 'Code' in error ? error.Code : error.name, message: error.message };
}

try {
  await new S3Client({}).send(new PutObjectCommand({ Bucket, Key, Body }));
  console.log(JSON.stringify({ code: 'ok', message: '' }));
} catch (error) {
  console.log(JSON.stringify(describe(error)));
}
