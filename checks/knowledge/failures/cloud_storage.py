"""What S3, Google's and Azure's storage and their clients say."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root storage-object-missing
  shows   An error occurred ({code:404|NoSuchKey|NoSuchBucket}) when calling the {operation}
          operation
  cause   the storage has no such object or bucket ({operation}: {code}): the prefix is misspelt, in
          another region, or was not uploaded
  fix     `aws s3 ls` the very URI with the login of that node; endpoint_url for storage that is not
          Amazon's
root storage-endpoint-unreachable, survivable
  shows   Could not connect to the endpoint URL: "{url:[^"]+}"
  cause   this node does not reach {url}: no network or proxy there, or the endpoint or region is
          another
  fix     `curl -sI {url}` on that node; AWS_ENDPOINT_URL, AWS_REGION and the proxy in [env]; a VPC
          endpoint for S3
root storage-slow-down, survivable
  shows   An error occurred ({code:SlowDown|503|RequestLimitExceeded|ThrottlingException}) when
          calling the {operation} operation
  cause   the storage limits this job: too many requests at once, by all ranks and workers
          ({operation})
  fix     fewer, larger objects; one reader for each node and a local cache; retries
          (AWS_MAX_ATTEMPTS=10, AWS_RETRY_MODE=adaptive in [env])
root storage-head-refused
  shows   An error occurred ({code:400}) when calling the HeadObject operation
  cause   the storage refused to look at an object and may not say why here ({code}): the session
          token ran out, which long runs meet first, or the login, region or endpoint is wrong
  fix     `aws sts get-caller-identity` on that node; an instance role or refreshed credentials in
          place of exported tokens; AWS_REGION of the bucket
  follows storage-login-expired
root storage-login-expired
  shows   An error occurred
          ({code:ExpiredToken|ExpiredTokenException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken})
          when calling the {operation} operation
  cause   the storage does not accept this login ({code}): a session token that ran out during the
          run, or keys of another account or endpoint
  fix     an instance role or refreshed credentials in place of exported tokens; `aws sts
          get-caller-identity` on that node
root google-storage-refused
  says    Anonymous caller does not have storage.
  says    " does not have storage.objects."
  cause   Google's storage does not let this login read or write that bucket, or no login was found
          on this node
  fix     GOOGLE_APPLICATION_CREDENTIALS with a file that is there on every node, or the node's
          service account with roles/storage.objectAdmin; `gcloud auth list`
"""
)
