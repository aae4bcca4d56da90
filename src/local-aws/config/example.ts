/** What `iam-bridge demo aws --print-config` prints; `examples/local-aws/config.yaml` is the same. */
export const EXAMPLE_CONFIG = `# What the local AWS has in it: iam-bridge demo aws --config config.yaml
# Files that are named here are looked for beside this one.

# Of providers and instances that name no other.
account: "111122223333"

# Signatures for another region are then refused; without it the local AWS is all regions.
# region: us-west-2

# IAM OIDC providers: whose tokens AssumeRoleWithWebIdentity takes.
providers:
  - url: https://issuer.example # exactly as in the tokens' iss
    clientIds: [sts.amazonaws.com]
    # The keys, for instance by: kubectl get --raw /openid/v1/jwks > jwks.json
    # Without jwksFile they are found as STS finds them, by the issuer's discovery document; jwksUri names
    # their place, and caFile a certificate to trust for it.
    jwksFile: jwks.json

roles:
  - arn: arn:aws:iam::111122223333:role/s3-echoer
    # JSON in a file (trustPolicyFile), JSON as a text, or the same as YAML:
    trustPolicy:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal:
            Federated: arn:aws:iam::111122223333:oidc-provider/issuer.example
          Action: sts:AssumeRoleWithWebIdentity
          Condition:
            StringEquals:
              issuer.example:sub: system:serviceaccount:demo:s3-echoer
              issuer.example:aud: sts.amazonaws.com
    # maxSessionDuration: 3600
    permissions:
      - actions: [s3:PutObject]
        resources: [arn:aws:s3:::iam-bridge-demo/*]

# Long-lived access keys, for the AWS CLI and for tokens of the authenticator. Good for nothing but this.
users:
  - arn: arn:aws:iam::111122223333:user/alice
    accessKeyId: AKIALOCALALICE000000
    secretAccessKey: local-only
    permissions:
      - actions: ["*"]
        resources: ["*"]

# What ec2:DescribeInstances finds.
instances:
  - id: i-0123456789abcdef0
    privateDnsName: ip-10-0-0-1.us-west-2.compute.internal

buckets: [iam-bridge-demo]
`;

/** Without `--config`: one user who may do all, and one bucket. */
export const DEFAULT_CONFIG = `
users:
  - arn: arn:aws:iam::111122223333:user/alice
    accessKeyId: AKIALOCALALICE000000
    secretAccessKey: local-only
    permissions:
      - actions: ["*"]
        resources: ["*"]
buckets: [iam-bridge-demo]
`;
