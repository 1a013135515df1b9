"""verl: which releases have what; written by scripts/api_history."""

PROJECT = "verl"

RELEASES = r"""
0.1 0.2 0.4 0.5 0.6 0.7 0.8 0.9
"""

USES = r"""
huggingface_hub.constants
 +0.8 HF_HUB_CACHE
transformers
  MistralForSequenceClassification
 +0.2-0.2 GemmaConfig MistralConfig
 +0.2-0.7 Qwen2Config
 +0.4-0.6 AutoModelForVision2Seq
 +0.6-0.6 AutoModelForImageTextToText
transformers.cache_utils
 +0.2 Cache
transformers.integrations.npu_flash_attention
 +0.4-0.5 index_first_axis rearrange
 +0.4-0.6 pad_input unpad_input
 +0.6 npu_flash_attn_func npu_flash_attn_varlen_func
transformers.modeling_flash_attention_utils
 +0.2 _flash_attention_forward
 +0.6 fa_peft_integration_check flash_attn_supports_top_left_mask
transformers.modeling_utils
 +0.4 ALL_ATTENTION_FUNCTIONS
 +0.6-0.6 PretrainedConfig
transformers.models.glm4v.modeling_glm4v
 +0.6 Glm4vCausalLMOutputWithPast
 +0.6-0.8 apply_multimodal_rotary_pos_emb
 +0.9 apply_rotary_pos_emb
transformers.models.llama.modeling_llama
 +0.2-0.2 LlamaFlashAttention2
 +0.4 eager_attention_forward
transformers.models.qwen2
 +0.6 modeling_qwen2
transformers.models.qwen2.modeling_qwen2
 +0.2-0.2 Qwen2FlashAttention2
 +0.4 eager_attention_forward
transformers.models.qwen2_5_vl
 +0.4 modeling_qwen2_5_vl
transformers.models.qwen2_5_vl.modeling_qwen2_5_vl
 +0.4-0.5 Qwen2RMSNorm Qwen2_5_VLCausalLMOutputWithPast
transformers.models.qwen2_vl.modeling_qwen2_vl
 +0.4 Qwen2VLCausalLMOutputWithPast apply_multimodal_rotary_pos_emb
transformers.models.qwen3
 +0.6 modeling_qwen3
transformers.models.qwen3_5
 +0.8 modeling_qwen3_5
transformers.models.qwen3_5.modeling_qwen3_5
 +0.8 Qwen3_5CausalLMOutputWithPast
transformers.models.qwen3_5_moe
 +0.8 modeling_qwen3_5_moe
transformers.models.qwen3_moe
 +0.6 modeling_qwen3_moe
transformers.models.qwen3_next
 +0.7 modeling_qwen3_next
transformers.models.qwen3_vl
 +0.7 modeling_qwen3_vl
transformers.models.qwen3_vl.modeling_qwen3_vl
 +0.6 Qwen3VLCausalLMOutputWithPast
transformers.models.qwen3_vl_moe
 +0.7 modeling_qwen3_vl_moe
transformers.utils
  is_flash_attn_2_available
 +0.4-0.5 is_flash_attn_greater_or_equal
 +0.6 is_flash_attn_greater_or_equal_2_10
 +0.8 get_json_schema
trl
 +0.4-0.8 AutoModelForCausalLMWithValueHead
"""
