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
root storage-checksum-refused
  shows   An error occurred ({code:XAmzContentSHA256Mismatch|MissingContentLength|BadDigest}) when
          calling the {operation:PutObject|UploadPart|DeleteObjects} operation
  cause   this storage, which speaks S3 and is not Amazon's, does not take the checksums that boto3
          1.36 and newer add to {operation} ({code})
  fix     AWS_REQUEST_CHECKSUM_CALCULATION=when_required and
          AWS_RESPONSE_CHECKSUM_VALIDATION=when_required in [env], or `uv pip install 'boto3<1.36'`;
          a newer release of the storage (Ceph, MinIO)
root google-storage-rate
  says    exceeded the rate limit for object mutation operations
  shows   The object {object} exceeded the rate limit for object mutation operations
  cause   Google's storage takes about one write a second of one object, and {object} is written
          more often: by all ranks, or at each step
  fix     let rank 0 alone write it, or one name for each rank and step
root azure-storage-not-permitted
  says    AuthorizationPermissionMismatch
  says    This request is not authorized to perform this operation using this permission
  cause   Azure's storage knows this login, which has no right to this container or operation
  fix     the role Storage Blob Data Contributor on the storage account for the node's managed
          identity (it takes minutes to hold), or a SAS token with that permission
"""
)
