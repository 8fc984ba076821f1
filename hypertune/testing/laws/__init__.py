"""The laws of layer types."""

from hypertune.testing.law import Law
from hypertune.testing.laws import births, numbers, parameters, readings, text, twins

LAWS: tuple[Law, ...] = (
    readings.gives_the_shape_it_declares,
    births.ignores_hyperparameters_at_birth,
    readings.treats_rows_alone,
    readings.answers_linearly,
    readings.linearises_to_its_derivative,
    readings.answers_each_example_as_if_alone,
    readings.hears_the_values_of_each_example,
    parameters.uses_every_parameter,
    parameters.is_its_state_dict,
    parameters.runs_functionally,
    twins.folds_to_a_plain_layer,
    numbers.keeps_the_dtype,
    numbers.keeps_the_device,
    numbers.has_the_gradient_of_finite_differences,
    twins.penalises_its_effective_weights,
    twins.costs_what_it_declares,
    text.prints_and_parses_back,
    births.is_born_of_its_seed,
)
