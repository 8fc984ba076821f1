"""What a program costs, layer by layer and in all, before it runs. Only memory needs torch."""

from hypertune.planning.ceiling import ceiling as ceiling
from hypertune.planning.length import Length as Length, length as length
from hypertune.planning.machine import plan_json as plan_json
from hypertune.planning.plan import LayerPlan as LayerPlan, Plan as Plan, plan as plan
from hypertune.planning.table import print_plan as print_plan
