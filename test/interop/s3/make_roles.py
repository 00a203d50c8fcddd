"""Makes a user, two roles and an object in a server of moto.

    python make_roles.py URL

Prints the keys of the user as JSON. The user may take on roles, and nothing else.
"""

import json
import sys

import boto3

url = sys.argv[1]
given = {
    "endpoint_url": url,
    "region_name": "us-east-1",
    "aws_access_key_id": "root",
    "aws_secret_access_key": "root",
}
iam = boto3.client("iam", **given)
s3 = boto3.client("s3", **given)


def policy(action):
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


s3.create_bucket(Bucket="corpus")
s3.put_object(Bucket="corpus", Key="a/text", Body=b"read by a role")
for name, action in [("reader", "s3:*"), ("stranger", "sqs:*")]:
    trust = policy("sts:AssumeRole").replace(', "Resource": "*"', "")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(action))
iam.create_user(UserName="builder")
iam.put_user_policy(
    UserName="builder", PolicyName="p", PolicyDocument=policy("sts:AssumeRole")
)
key = iam.create_access_key(UserName="builder")["AccessKey"]
print(json.dumps({"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}))
