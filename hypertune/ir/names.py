"""Names that a node may have: it becomes an attribute of a torch module, and a name in Python."""

from __future__ import annotations

from keyword import iskeyword
from typing import Final

# What every module of torch has already, as of 2.15; a test holds the list against torch.
_WORDS: Final = """
    add_module append apply bfloat16 buffers call_super_init children clear compile cpu cuda
    double dump_patches eval extend extra_repr float forward get_buffer get_extra_state
    get_parameter get_submodule half insert ipu items keys load_state_dict modules mtia
    named_buffers named_children named_modules named_parameters parameters pop
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook
    requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train
    training type update values xpu zero_grad
    input nn self torch x
"""
_TAKEN: Final = frozenset(_WORDS.split())


def is_free(name: str) -> bool:
    """Whether a node can be called this."""
    return name.isidentifier() and not (iskeyword(name) or name in _TAKEN or name[0] == "_")
