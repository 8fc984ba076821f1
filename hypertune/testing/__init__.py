"""The conformance kit: laws that every layer type must keep, as tests of one's own.

```python
from hypertune.testing import layer_laws

@layer_laws(FILM)
def test_film(law):
    law()
```
"""

from hypertune.testing.case import Case as Case
from hypertune.testing.drawing import cases as cases
from hypertune.testing.laws import LAWS as LAWS
from hypertune.testing.laws_as_tests import (
    augment_laws as augment_laws,
    layer_laws as layer_laws,
    loss_laws as loss_laws,
    method_laws as method_laws,
)
from hypertune.testing.method_case import MethodUse as MethodUse
from hypertune.testing.toys import TOYS as TOYS, Toy as Toy
from hypertune.testing.trial import Sample as Sample, trials as trials
from hypertune.testing.verdict import Verdict as Verdict, verdicts as verdicts
