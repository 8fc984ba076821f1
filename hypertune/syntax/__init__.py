"""Text to tree and back. Knows the grammar; knows no layer, no tensor."""

from hypertune.syntax.files import decode_source as decode_source, read_source as read_source
from hypertune.syntax.parser import parse as parse, parse_setting as parse_setting
from hypertune.syntax.printing import flat as flat, format_spec as format_spec
