"""What torch says of tensors whose sizes do not fit, and of samples that lack what is read."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root shapes-not-multiplied
  says    mat1 and mat2 shapes
  pattern mat1 and mat2 shapes cannot be multiplied \((?P<one>[\dx]+) and (?P<other>[\dx]+)\)
  cause   a layer's weight ({other}) does not fit what it gets ({one}): config and weights are of
          different models, an adapter or head was made for another hidden size, or the weight is
          one rank's part
  fix     compare hidden_size and the layer that the traceback names with the checkpoint's
          config.json; under ZeRO-3 or FSDP use weights only within the wrapped forward
root shapes-not-broadcast
  shows   The size of tensor a ({one:\d+}) must match the size of tensor b ({other:\d+})
  cause   two tensors of an operation have {one} and {other} elements where they must agree: a mask,
          position or label is of another length than its input, or a sequence is longer than the
          model's limit
  fix     look at the two operands in the line that the traceback names; pad and truncate input,
          mask and labels alike, to at most max_position_embeddings; parts of sequence parallelism
          need one length
root shapes-not-joined
  says    Sizes of tensors must match except in dimension
  cause   tensors to be joined differ in another dimension than the joined one: samples of different
          lengths or sizes in one batch
  fix     let the collator pad all samples of a batch to one length (images to one size); batch size
          1 proves it
root shapes-view-invalid
  shows   shape '{shape:\[[\d, -]+\]}' is invalid for input of size {size:\d+}
  cause   a tensor of {size} elements was to be seen as {shape}: heads, hidden size or sequence are
          not what the code expects, as where tensor or sequence parallelism leaves a rank a part,
          or a patched attention is of another release
  fix     parallel sizes that divide heads, key-value heads and sequence; the attention
          implementation (attn_implementation="sdpa") and kernels of the installed transformers
root sample-key-missing
  shows   KeyError: '{name:input_ids|labels|attention_mask|text|messages|prompt|chosen|rejected|
          completion|content|role|conversations|instruction|output|input|response|query|image|
          images|pixel_values}'
  near    /(?:datasets|transformers|trl|llamafactory|axolotl|swift|verl|utils/data)/[\w/]+\.py"
  cause   a sample has no `{name}`: the data has other columns than the trainer or its template
          reads, or remove_unused_columns took it away
  fix     print the first sample; rename the column or set the field names in the config;
          remove_unused_columns: false where a collator reads raw columns
  checks  files.needed-data-is-whole
root count-is-zero
  says    ZeroDivisionError
  pattern ZeroDivisionError: (?:(?:integer |float )?(?:division|modulo)(?: or modulo)? by zero|
          division by zero)
  near    (?:steps_per_epoch|len\((?:self\.)?\w*(?:loader|dataset)\w*\)|num_samples|total_samples|
          accumulation_steps|num_batches|world_size|batch_size|num_examples|total_steps|
          max_steps).*\n(?:[ ~^]+\n)?ZeroDivisionError
  cause   a number of steps, samples or ranks is zero: the data is smaller than one batch of all
          ranks, or was filtered away
  fix     print the lengths in the line above; more data, a smaller batch or fewer accumulation
          steps; look at filters (max length)
root value-not-json
  shows   Object of type {type} is not JSON serializable
  cause   a value of type {type} was written as JSON: a tensor or NumPy number in logs, metrics or
          the trainer's state, a dtype in a config
  fix     convert it (float(x), x.item(), str(dtype)) where it is put into logs, state or config
root checkpoint-of-other-parallel-size
  shows   Loading a checkpoint for MP={size:\d+} but world size is {world:\d+}
  cause   the checkpoint is cut for {size} processes of model parallelism, and {world} were started
  fix     start {size} (torchrun --nproc_per_node {size}), or convert the checkpoint
root tensor-parallel-divides-no-dimension
  says    dimension of the tensor should be divisible by tensor parallel size
  pattern (?<!First )dimension of the tensor should be divisible by tensor parallel size
  cause   a weight's dimension (heads, the padded vocabulary, a feed-forward size) cannot be shared
          by the ranks of tensor parallelism
  fix     a tensor-parallel size that divides it, or a vocabulary padded to a multiple of it
root shapes-not-expanded
  shows   The expanded size of the tensor ({one:\d+}) must match the existing size ({other:\d+})
  cause   a tensor of length {other} is to fill one of length {one}: a sequence that is longer than
          the position table or mask, or parts of different lengths
  fix     truncate to the model's longest sequence (max_length, max_position_embeddings); pad and
          truncate input, mask and labels alike
root shapes-of-mask
  shows   The shape of the mask {mask:\[[\d, ]*\]} at index {index:\d+} does not match the shape of
          the indexed tensor
  cause   a mask of {mask} is laid on a tensor of another shape: labels were shifted or padded and
          the mask was not
  fix     make mask, input and labels of one length in the collator; the line that the traceback
          names
root index-beyond-dimension
  shows   index {index:-?\d+} is out of bounds for dimension {dimension:\d+} with size {size:\d+}
  cause   index {index} is asked of a dimension of {size}: a label or token id of another
          vocabulary, an off-by-one, or data of other columns
  fix     print the largest index before the line that the traceback names; tokenizer and model of
          one vocabulary (resize_token_embeddings)
root unsloth-one-gpu
  says    currently does not support multi GPU setups
  cause   this release of Unsloth trains on one GPU, and the process sees or was started for several
  fix     CUDA_VISIBLE_DEVICES with one GPU and plain python; a newer Unsloth, which knows DDP; or
          transformers, PEFT and DeepSpeed without it for several GPUs and nodes
root sequence-parallel-divides-no-length
  says    First dimension of the tensor should be divisible by tensor parallel size
  cause   sequence parallelism shares the batch's sequence length (the first dimension of the
          activations) among the ranks of tensor parallelism, and this batch's length is no multiple
          of their number: samples of various lengths, not padded
  fix     let the collator pad to a multiple of the tensor-parallel size (pad_to_multiple_of, or
          always to the longest sequence), or leave out --sequence-parallel
root metric-of-collapsed-predictions
  says    IndexError: invalid index to scalar variable
  says    TypeError: 'numpy.float32' object is not iterable
  says    TypeError: object of type 'numpy.int64' has no len()
  near    , in \w*compute_metrics\w*\n
  cause   the metric indexes a number where it expects a row: the predictions or labels that the
          ranks gathered lost a dimension, as rows of unequal length do that are joined without
          padding, or a gather of one value for each row
  fix     pad what each rank hands over (accelerator.pad_across_processes before gather_for_metrics;
          preprocess_logits_for_metrics that returns rows of one length), print predictions.shape at
          the metric's begin; an evaluation on one GPU proves it
"""
)
