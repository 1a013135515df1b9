"""liger-kernel: which releases have what; written by scripts/api_history."""

PROJECT = "liger-kernel"

RELEASES = r"""
0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8
"""

USES = r"""
transformers.cache_utils
 +0.2 Cache
 +0.4-0.5 HybridCache
transformers.modeling_outputs
 +0.3 MoeCausalLMOutputWithPast
 +0.5 MoeModelOutputWithPast
transformers.models.deepseek_v2
 +0.8 modeling_deepseek_v2
transformers.models.deepseek_v3
 +0.8 modeling_deepseek_v3
transformers.models.deepseek_v4
 +0.8 modeling_deepseek_v4
transformers.models.exaone4
 +0.6 modeling_exaone4
transformers.models.falcon_h1
 +0.6 modeling_falcon_h1
transformers.models.gemma
  modeling_gemma
transformers.models.gemma2
 +0.2 modeling_gemma2
transformers.models.gemma3
 +0.5 modeling_gemma3
transformers.models.gemma4
 +0.8 modeling_gemma4
transformers.models.glm4
 +0.5 modeling_glm4
transformers.models.glm4v
 +0.6 modeling_glm4v
transformers.models.glm4v_moe
 +0.6 modeling_glm4v_moe
transformers.models.gpt_oss
 +0.6 modeling_gpt_oss
transformers.models.granite
 +0.5 modeling_granite
transformers.models.hunyuan_v1_dense
 +0.6 modeling_hunyuan_v1_dense
transformers.models.hunyuan_v1_moe
 +0.6 modeling_hunyuan_v1_moe
transformers.models.internvl
 +0.6 modeling_internvl
transformers.models.llama4
 +0.6 modeling_llama4
transformers.models.llava
 +0.5 modeling_llava
transformers.models.ministral
 +0.8 modeling_ministral
transformers.models.mistral
  modeling_mistral
transformers.models.mixtral
  modeling_mixtral
transformers.models.mllama
 +0.4 modeling_mllama
transformers.models.muse_glimmer
 +0.8 modeling_muse_glimmer
transformers.models.nemotron
 +0.8 modeling_nemotron
transformers.models.olmo2
 +0.5 modeling_olmo2
transformers.models.olmo3
 +0.6 modeling_olmo3
transformers.models.paligemma
 +0.5 modeling_paligemma
transformers.models.phi3
 +0.2 modeling_phi3
transformers.models.pixtral
 +0.7 modeling_pixtral
transformers.models.qwen2
 +0.2 modeling_qwen2
transformers.models.qwen2_5_vl
 +0.5 modeling_qwen2_5_vl
transformers.models.qwen2_5_vl.modeling_qwen2_5_vl
 +0.5-0.5 Qwen2_5_VLCausalLMOutputWithPast
 +0.6 Qwen2_5_VLTextModel
transformers.models.qwen2_vl
 +0.3 modeling_qwen2_vl
transformers.models.qwen2_vl.modeling_qwen2_vl
 +0.3-0.5 Qwen2VLCausalLMOutputWithPast
 +0.6 Qwen2VLTextModel
transformers.models.qwen3
 +0.5 modeling_qwen3
transformers.models.qwen3_5
 +0.8 modeling_qwen3_5
transformers.models.qwen3_5_moe
 +0.8 modeling_qwen3_5_moe
transformers.models.qwen3_moe
 +0.5 modeling_qwen3_moe
transformers.models.qwen3_next
 +0.6 modeling_qwen3_next
transformers.models.qwen3_vl
 +0.6 modeling_qwen3_vl
transformers.models.qwen3_vl_moe
 +0.6 modeling_qwen3_vl_moe
transformers.models.siglip
 +0.5 modeling_siglip
transformers.models.smollm3
 +0.6 modeling_smollm3
transformers.models.smolvlm
 +0.6 modeling_smolvlm
transformers.processing_utils
 +0.6 Unpack
transformers.utils
 +0.5 is_torchdynamo_compiling
 +0.6 can_return_tuple
transformers.utils.deprecation
 +0.5-0.6 deprecate_kwarg
transformers.utils.generic
 +0.6 can_return_tuple
trl.trainer
 +0.5 ORPOTrainer
"""
