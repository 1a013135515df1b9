"""What libraries for images, sound and films say of files that they cannot read."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root image-unreadable, survivable
  shows   UnidentifiedImageError: cannot identify image file {what:.+}
  cause   a file of the data is no image that Pillow reads ({what}): damaged, empty, an error page
          that was downloaded, or a format without its plug-in (HEIC, AVIF)
  fix     find it (print the path in __getitem__) and drop it, or catch the error and take another
          sample; `file PATH`
root image-truncated, survivable
  says    image file is truncated (
  cause   an image of the data is cut off: its download or copy was interrupted
  fix     PIL.ImageFile.LOAD_TRUNCATED_IMAGES = True reads what is there; else copy it again, or
          drop it
root image-too-large
  shows   DecompressionBombError: Image size ({pixels:\d+} pixels) exceeds
  cause   an image has more pixels ({pixels}) than Pillow reads by itself
  fix     PIL.Image.MAX_IMAGE_PIXELS = None where the data is trusted; or shrink it before
root image-mode-not-jpeg
  shows   cannot write mode {mode} as JPEG
  cause   an image with an alpha channel or a palette ({mode}) should be written as JPEG
  fix     image.convert("RGB") before, as at reading
root opencv-empty-image, survivable
  says    !_src.empty() in function
  cause   OpenCV got no image: imread gave None, as the path is not there on this node or the file
          cannot be read
  fix     print the path before; the data at the same path on every node; drop damaged files
root video-unreadable, survivable
  says    ERROR cannot find video stream
  says    DECORDError:
  cause   a video of the data cannot be read: damaged, cut off, without pictures, or in a codec that
          this decord does not have
  fix     `ffprobe FILE` shows it; drop or convert it (`ffmpeg -i IN -c:v libx264 OUT.mp4`); another
          reader (torchcodec, av)
root sound-file-unreadable, survivable
  says    soundfile.LibsndfileError: Error opening
  says    Couldn't find appropriate backend to handle uri
  cause   a sound file cannot be opened: it is not there on this node, damaged, or its format needs
          ffmpeg or a newer libsndfile
  fix     `file PATH` on that node; `apt install ffmpeg libsndfile1`, `uv pip install soundfile
          torchcodec`; convert to WAV or FLAC
root shards-none-found
  says    didn't find any shards
  says    o samples found in dataset; perhaps you have fewer shards than workers
  pattern didn't find any shards|[Nn]o samples found in dataset; perhaps you have fewer shards than
          workers
  cause   WebDataset found no shards for this worker: the pattern of the URL fits nothing on this
          node, or there are fewer shards than workers on all ranks
  fix     `ls` the pattern (with its numbers in braces) there; at least as many shards as ranks ×
          workers, or resampled=True; nodesplitter and workersplitter
"""
)
