"""Puts TEXT to s3://BUCKET/KEY by botocore, which has nothing but its environment: BUCKET KEY TEXT."""

import json
import sys

import botocore.session
from botocore.exceptions import ClientError

bucket, key, text = sys.argv[1:]
try:
    s3 = botocore.session.get_session().create_client("s3")
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
    print(json.dumps({"code": "ok", "message": ""}))
except ClientError as error:
    said = error.response["Error"]
    print(json.dumps({"code": said["Code"], "message": said["Message"]}))
