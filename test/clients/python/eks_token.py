"""Prints a token for CLUSTER by botocore alone, as scripts make one: CLUSTER REGION HOST."""

import base64
import sys

import botocore.session
from botocore.signers import RequestSigner

cluster, region, host = sys.argv[1:]
session = botocore.session.get_session()
model = session.get_service_model("sts")
signer = RequestSigner(model.service_id, region, "sts", "v4", session.get_credentials(), session.get_component("event_emitter"))
url = signer.generate_presigned_url(
    {
        "method": "GET",
        "url": f"https://{host}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    },
    region_name=region,
    expires_in=60,
    operation_name="",
)
print("k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("="))
