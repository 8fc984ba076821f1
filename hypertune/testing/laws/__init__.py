"""The laws of layer types."""

from hypertune.testing.law import Law
from hypertune.testing.laws import (
    calls,
    initialisation,
    noise,
    numbers,
    parameters,
    readings,
    text,
    twins,
)

LAWS: tuple[Law, ...] = (
    readings.gives_the_shape_it_declares,
    initialisation.is_initialised_as_its_plain_twin,
    initialisation.is_initialised_by_its_seed,
    initialisation.ignores_hyperparameters_when_initialised,
    initialisation.can_learn_its_whole_response,
    readings.treats_rows_alone,
    readings.responds_linearly,
    readings.linearises_to_its_derivative,
    readings.responds_to_each_example_alone,
    readings.reads_the_values_of_each_example,
    parameters.uses_every_parameter,
    parameters.is_its_state_dict,
    parameters.runs_functionally,
    twins.folds_to_a_plain_layer,
    noise.trains_as_its_plain_twin,
    noise.draws_its_noise_for_each_row_alone,
    calls.gives_the_same_whenever_it_is_called,
    calls.draws_other_noise_by_another_seed,
    calls.moves_its_statistics_in_training_alone,
    calls.keeps_the_states_of_streams_apart,
    numbers.keeps_the_dtype,
    numbers.keeps_the_device,
    numbers.has_the_gradient_of_finite_differences,
    twins.penalises_its_effective_weights,
    twins.costs_what_it_declares,
    text.prints_and_parses_back,
)
