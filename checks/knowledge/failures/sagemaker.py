"""What SageMaker and the AWS services below it say where a training job does not start."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root sagemaker-capacity
  says    Unable to provision requested ML compute capacity
  says    InsufficientInstanceCapacity
  cause   AWS has no instances of this type free in the region or zone at the moment
  fix     another zone, region or instance type, again later, or reserved capacity (a training plan,
          capacity blocks)
root sagemaker-quota
  shows   The account-level service limit '{limit:[^']+}' is {count:\d+}
  cause   the account may use {count} of `{limit}`, and the job asks for more
  fix     raise that quota (Service Quotas, in this region), or another instance type or count
root sagemaker-input
  says    ClientError: Data download failed
  cause   the job could not copy its input from S3: the prefix is empty or misspelt, an object is
          named like a folder, or the job's role may not read it
  fix     `aws s3 ls` the S3 URI of each channel with the job's role; one that ends with / where a
          folder is meant
root storage-access-denied
  shows   An error occurred ({code:AccessDenied|403}) when calling the {operation:\w+} operation
  cause   the cloud storage knows this login and does not let it do {operation}: its role lacks the
          right for that bucket or key, or the bucket is another account's or region's
  fix     `aws sts get-caller-identity` on that node says who asks; give that role s3:GetObject,
          s3:PutObject and s3:ListBucket on the bucket (and the right to its KMS key)
"""
)
