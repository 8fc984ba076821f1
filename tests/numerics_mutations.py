"""One-line mistakes in the numbers, each with the test that must fail under it.

    python tests/numerics_mutations.py [WORD]

makes them one at a time in a copy of the package (all, or those whose text holds the word) and
runs their tests. A mistake that its test does not see, and a line that is no longer there, fail.
"""

from __future__ import annotations

import os
import shutil
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[1]
COPIED = ("hypertune", "grammars", "specs", "tests", "benchmarks")
HEAVY = ("torch", "torch._dynamo", "torch.func", "sklearn.datasets", "lark")
PASSED, FAILED, FAULT = 0, 1, 3  # what pytest exits with


@frozen
class Mutation:
    """`old` becomes `new`, in a file of the package; `test` must see it."""

    file: str
    old: str
    new: str
    test: str

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.file}: {old}  ->  {new}"


PARTS = "tests/test_together.py::test_gradients_of_parts_are_in_the_mean_those_of_the_whole"
GRADIENTS, PASSES = "tests/test_seam.py::", "tests/test_seam_passes.py::"
METHODS = "tests/test_methods.py::"
VALUES = GRADIENTS + "test_hyperparameters_descend_the_validation_loss_through_the_response"
SCALES = GRADIENTS + "test_scales_descend_the_validation_loss_less_their_entropy"
WEIGHTS = GRADIENTS + "test_weights_and_responses_descend_the_training_loss"
CONSTRAINED = GRADIENTS + "test_unconstrained_values_are_what_they_are_taken_for"
NOISE = PASSES + "test_training_has_noise_for_each_example_and_validation_has_none"
DRAWS = PASSES + "test_every_batch_has_a_draw_of_its_own"
PERTURBED = PASSES + "test_a_spec_says_how_each_hyperparameter_is_perturbed"
LOSSES, PENALTIES = "tests/test_losses.py::test_", "tests/test_penalties.py::test_"
FOCAL = LOSSES + "focal_counts_an_example_by_what_is_missing"
OF_CLASSES = LOSSES + "a_loss_of_classes_is_that_of_torch"
OF_NUMBERS = LOSSES + "a_loss_of_numbers_is_that_of_torch"
AUROC = LOSSES + "auroc_is_the_share_of_pairs_in_their_order"
WEIGHED = PENALTIES + "a_penalty_weighs_the_weights_of_the_network"
UNITS = PENALTIES + "each_example_has_the_norms_of_its_own_weights"
JACOBIAN = PENALTIES + "a_jacobian_is_that_of_the_outputs_as_the_method_reads_them"
ENTROPY = PENALTIES + "an_entropy_is_that_of_the_predictions"
LAYOUT = "tests/test_channels_last.py::test_"
CAPTURED = "tests/test_capture.py::"
EXACT = "tests/test_precision.py::test_delta_stn_moves_responses_as_in_single_precision"
REPLACED = "tests/test_augment_tokens.py::test_that_each_example_has_its_share_of_others"
UNIGRAM = "tests/test_augment_tokens.py::test_that_noise_has_each_token_as_often_as_the_text"
DELTA = PASSES + (
    "test_delta_stn_evaluates_plainly_then_responding_to_first_order_then_on_validation"
)
SHARED = METHODS + "test_a_share_of_a_batch_that_repeats_leaves_no_row_out"
NOW_AND_THEN = METHODS + "test_responses_are_trained_in_one_step_of_so_many_after_the_warm_up"
MOVED_THEN = METHODS + "test_only_a_step_of_the_responses_moves_them"
EIGHTH = METHODS + "test_responses_are_trained_on_an_eighth_of_a_large_batch"
READ_SHARE = METHODS + "test_a_validation_step_reads_its_share_of_the_batch"
OPTIONS = PASSES + "test_delta_stn_hands_on_whether_responses_are_linearised"
STN = PASSES + "test_stn_evaluates_at_perturbed_values_that_the_weights_respond_to"
STATISTICS = PASSES + "test_statistics_are_those_of_the_first_training_pass_alone"
AGAIN = PASSES + "test_a_pass_that_is_taken_again_gives_the_same"
UNMOVED = PASSES + "test_an_evaluation_moves_no_statistics"
STATES = PASSES + "test_states_are_carried_along_each_part_until_a_stream_begins"
WHOLE = PASSES + "test_a_measure_is_the_mean_over_all_targets_however_it_is_cut"
CHUNKS = PASSES + "test_a_measure_carries_states_from_chunk_to_chunk_of_a_stream"
PRECISION = PASSES + "test_precision_holds_in_training_and_in_the_validation_step"
EPOCHS = PASSES + "test_epochs_and_reports_count_the_batches_that_a_step_takes"
FOLDED = PASSES + "test_the_plain_network_is_folded_at_what_the_weights_respond_to"
REMEMBERED = "tests/test_hidden_states.py::test_a_measure_needs_the_states_of_the_stream"
CONVERTED = (
    "tests/test_converted_layers.py::"
    "test_its_linearised_reading_is_its_derivative_and_so_are_its_gradients"
)
BATCH_NORM, NORM = "response/batch_norm.py", "tests/test_batch_norm.py::"
NORMALISATION, BATCH_TANGENT = "response/normalisation.py", "response/batch_tangent.py"
STANDARDISATION = "response/standardisation.py"
DOT_PRODUCT, ATTENTION = "response/dot_product.py", "tests/test_attention.py::"
ATTENDED = ATTENTION + "test_the_tangent_is_torchs_forward_mode_through_each_examples_own_weights"
TORCHS = NORM + "test_it_is_torchs_in_training_and_evaluation_with_its_statistics"
TANGENT = "tests/test_norms.py::test_the_kernels_of_a_tangent_give_what_the_formulas_give"
FORWARD_MODE = (
    "tests/test_norms.py::test_the_linearised_reading_is_the_derivative_by_torchs_forward_mode"
)
DIFFERENTIATED = NORM + "test_the_tangent_of_its_linearised_reading_can_be_differentiated"
NORM_LINEAR = NORM + (
    "test_its_linearised_reading_is_the_derivative_through_the_statistics_of_the_batch"
)
NORM_FOLDED = NORM + "test_what_it_responds_with_is_what_it_folds_to"
NORM_KEPT = NORM + (
    "test_a_step_moves_the_statistics_by_its_plain_pass_or_by_the_only_one_that_it_has"
)
NORM_BEST = NORM + "test_the_best_checkpoint_and_the_plain_network_measure_what_was_reported"
LEVELS, HOAG = "tests/test_levels.py::test_", "methods/algorithms/hoag.py"
FLAT = LEVELS + "both_bounds_hold_where_the_training_loss_is_nearly_flat"
DOWNHILL = LEVELS + "a_tight_first_step_of_hoag_goes_down_the_exact_hypergradient"

POSING, COLUMNS, LOSS = "tuning/posing.py", "tuning/columns.py", "lowering/compiled_loss.py"
HYPERS, DELTA_STN = "methods/algorithms/hyperparameters.py", "methods/algorithms/delta_stn.py"
VALIDATE, RUNTIME_PASSES = "methods/algorithms/alternation.py", "runtime/passes.py"
FILLING, NETWORK = "lowering/filling.py", "lowering/network.py"
IMPLICIT, UNROLLED = "tests/test_implicit.py::", "tests/test_unrolled.py::"
CLOSED = IMPLICIT + "test_a_solver_gives_the_closed_form_of_ridge_regression"
DIRECT = IMPLICIT + "test_a_direct_effect_on_the_validation_loss_is_part_of_the_gradient"
WORTHLESS = IMPLICIT + "test_a_series_that_diverges_ends_the_run_with_advice_and_moves_nothing"
CURVED = IMPLICIT + "test_cg_ends_where_the_curvature_is_negative"
QUALITY = IMPLICIT + "test_a_solve_says_how_well_it_did"
DAMPED = IMPLICIT + "test_damping_is_added_to_the_diagonal"
DIFFERENCES = UNROLLED + "test_the_gradient_is_that_of_finite_differences"
RESTARTED = UNROLLED + "test_restarted_windows_begin_with_the_weights_of_the_problem"
MODES = UNROLLED + "test_both_modes_agree"
RECURRENT, STREAMS = "response/recurrent/", "tests/test_recurrent.py::"
GATES = RECURRENT + "gates.py"
READ = STREAMS + "test_the_linearised_reading_is_the_derivative_by_the_response"
EFFECTIVE = STREAMS + "test_an_examples_output_is_that_of_its_effective_weights"
MASKED = STREAMS + "test_a_mask_on_the_map_is_one_on_the_effective_weights"
LOOP = STREAMS + "test_its_gradients_are_those_of_the_loop"
TUNES = "tests/test_quickstart.py::test_its_hyperparameters_leave_the_bad_guess_downwards"
TAPS = "tests/test_taps.py::test_a_penalty_on_outputs_is_the_mean_over_examples"
DECAY = "tests/test_losses.py::test_the_gradient_of_l2_is_that_of_a_weight_decay"
PER_WEIGHT = "tests/test_penalties.py::" + (
    "test_weights_of_one_layer_have_the_values_that_are_theirs"
)
DESCENT = "methods/algorithms/hypergradient_descent.py"
HYPERNET, POPULATION = "methods/algorithms/hypernet.py", "methods/algorithms/population.py"
DISTANCE = (
    "tests/test_hypernet.py::test_a_linear_one_multiplies_how_far_the_values_are_from_their_start"
)
JACOBIAN_OF = "tests/test_hypernet.py::test_a_linear_one_learns_the_jacobian_of_the_best_response"
FIFTH = "tests/test_population.py::test_values_go_down_by_a_fifth_as_well_as_up"
ROUND = "tests/test_population.py::test_the_worst_take_over_from_the_best_and_change_by_a_fifth"
SOLVERS = "methods/algorithms/solvers/"
REFITTING, REFIT = "tuning/refitting.py", "tests/test_refitting.py::test_"
REPLAYED = REFIT + "what_is_kept_is_an_independent_training_through_the_same_schedule"
PRIOR, HELD = "tests/test_prior.py::test_", "runtime/problem.py"

MUTATIONS = (
    Mutation(
        POSING,
        "hyper.prior / rows",
        "hyper.prior",
        PRIOR + "a_prior_counts_as_much_as_one_validation_target",
    ),
    Mutation(
        HELD,
        "self.start_H).square()).sum() / 2",
        "self.start_H).square()).sum()",
        PRIOR + "a_prior_adds_its_gradient_and_nothing_else",
    ),
    Mutation(
        "methods/algorithms/hyperparameters.py",
        "loss + prior.to",
        "loss - prior.to",
        PRIOR + "a_prior_adds_its_gradient_and_nothing_else",
    ),
    Mutation(
        "methods/algorithms/tuned.py",
        "alpha=held.precision",
        "alpha=0",
        PRIOR + "each_of_a_vector_is_held_where_it_started",
    ),
    Mutation(
        "methods/algorithms/maid.py",
        "prior_M - self",
        "-self",
        PRIOR + "methods_that_solve_both_levels_solve_the_upper_one_with_the_prior",
    ),
    Mutation(REFITTING, "first.sets.together()", "first.sets", REPLAYED),
    Mutation(REFITTING, '{"file": table}) if table', '{"file": table}) if False', REPLAYED),
    Mutation(
        REFITTING,
        "before.epochs(tune.length)",
        "int(epochs)",
        REFIT + "a_cosine_goes_as_far_as_it_went_before",
    ),
    Mutation(
        "jobs/refitting.py",
        'if self._until == "best"',
        "if False",
        REFIT + "it_ends_at_the_best_epoch_or_at_the_last",
    ),
    Mutation(
        "data/sets.py",
        "x=joined(one.x, other.x)",
        "x=joined(one.x, one.x[: len(other)])",
        REFIT + "both_parts_are_trained_on_and_the_test_part_stays",
    ),
    # What a spec says reaches the problem.
    Mutation(POSING, "training = network.train()", "training = network.eval()", NOISE),
    Mutation(POSING, "deepcopy(training).eval()", "deepcopy(training)", NOISE),
    Mutation(
        POSING,
        "terms.valid, program, catalogue, scaled)",
        "terms.valid, program, catalogue, augmented)",
        NOISE,
    ),
    Mutation(
        POSING,
        'x, y = augmentation("pixels", scaling.numbers(x), y, values)',
        "x = scaling.numbers(x)",
        NOISE,
    ),
    Mutation(COLUMNS, 'h.per == "batch" for h', "False for h", PERTURBED),
    Mutation(COLUMNS, 'h.per == "batch" for h', "False for h", SCALES),
    Mutation(COLUMNS, "mask(h.spread_fixed for", "mask(False for", PERTURBED),
    Mutation(COLUMNS, "mask(h.frozen for", "mask(False for", PERTURBED),
    Mutation(COLUMNS, "[h.spread for h in each]", "[1.0 for h in each]", PERTURBED),
    Mutation(
        POSING, "*valid, precision, peers.rows)", '*valid, "float32", peers.rows)', PRECISION
    ),
    Mutation(
        POSING,
        "CompiledLoss(*valid), folded",
        "CompiledLoss(*valid, precision), folded",
        PRECISION,
    ),
    Mutation(POSING, "evaluation, terms.valid,", "evaluation, terms.train,", VALUES),
    Mutation(
        POSING,
        "training.folded(response_H)",
        "training.folded(None)",
        FOLDED,
    ),
    Mutation("tuning/preparing.py", "tune.precision, peers", '"float32", peers', PRECISION),
    Mutation(
        "tuning/preparing.py",
        "Steps(batches.per_epoch / method.batches_per_step)",
        "Steps(batches.per_epoch)",
        EPOCHS,
    ),
    Mutation(
        "response/parameters.py", "groups[id(parameter) in response]", "groups[False]", WEIGHTS
    ),
    # What a loss does with a sample and what it is conditioned on.
    Mutation(LOSS, "seeded(self._generators, sample.draw)", "seeded(self._generators, 0)", NOISE),
    Mutation(LOSS, "seeded(self._generators, sample.draw)", "nullcontext()", NOISE),
    Mutation(LOSS, "if not conditioning.linearised:", "if True:", WEIGHTS),
    Mutation(LOSS, "value if tangent is None else value + tangent", "value", WEIGHTS),
    Mutation(LOSS, "loss if term.factor == 1 else term.factor * loss", "loss", WEIGHTS),
    Mutation(
        NETWORK,
        "for name in node.given for place in places.get(name, ())",
        "for place in range(len(node.given))",
        WEIGHTS,
    ),
    Mutation(
        "conditioning.py", "self.matrix_BC[:, self.columns[name]]", "self.matrix_BC[:, 0]", WEIGHTS
    ),
    Mutation(
        "response/dropout.py",
        "noise = _noise(shape, like.device)",
        "noise = _noise(shape[1:], like.device)",
        NOISE,
    ),
    Mutation(
        "response/dropout.py",
        "kept.div_(0.5 - level_B / _LEVELS)",
        "kept",
        "tests/test_dropout.py::test_that_the_mean_stays",
    ),
    Mutation(
        "response/embedding.py",
        "return y if share is None else y * share",
        "return y",
        "tests/test_embedding.py::test_that_a_token_is_dropped_wherever_it_stands",
    ),
    Mutation(
        "data/sets.py",
        "return self.tokens_BS[:, 1:]",
        "return self.tokens_BS[:, :-1]",
        "tests/test_texts.py::test_that_each_target_is_the_next_token_of_its_stream",
    ),
    Mutation(
        "data/sets.py",
        "begins=place == 0",
        "begins=True",
        "tests/test_text_training.py::test_that_states_are_carried_through_an_evaluation",
    ),
    Mutation(
        FILLING, "statistic.clone() if self._training else statistic", "statistic", STATISTICS
    ),
    Mutation(FILLING, "kept.states.get(slot.name)", "None", REMEMBERED),
    # What passes hand out and keep.
    Mutation(RUNTIME_PASSES, "mixed(self._seed, _TRAIN, k)", "mixed(self._seed, _TRAIN)", DRAWS),
    Mutation(
        RUNTIME_PASSES, "mixed(self._seed, _VALID, k)", "mixed(self._seed, _TRAIN, k)", DRAWS
    ),
    Mutation(RUNTIME_PASSES, "if batch.begins:", "if False:", STATES),
    Mutation(RUNTIME_PASSES, "if batch.begins:", 'if batch.begins and part == "train":', STATES),
    Mutation(RUNTIME_PASSES, "self._states[sample.part] =", 'self._states["train"] =', STATES),
    Mutation(RUNTIME_PASSES, "self.statistics = dict(kept.statistics)", "pass", STATISTICS),
    Mutation(DELTA_STN, "sample, keep=True)", "sample)", STATISTICS),
    Mutation(
        DELTA_STN,
        "loss = passes.inner(state.for_response, conditioning, sample)",
        "loss = passes.inner(state.for_response, conditioning, sample, keep=True)",
        STATISTICS,
    ),
    Mutation("methods/algorithms/stn.py", "sample, keep=True)", "sample)", STATISTICS),
    Mutation(
        "methods/algorithms/fixed.py",
        "passes.train(k), keep=True)",
        "passes.train(k))",
        STATISTICS,
    ),
    Mutation(VALIDATE, "sample, keep=True)", "sample)", STATES),
    Mutation("tuning/measure.py", "carried = kept if batch.begins else carried", "pass", CHUNKS),
    Mutation("tuning/measure.py", "carried = found.kept", "pass", CHUNKS),
    # What a method makes of them.
    Mutation(DELTA_STN, "linearised=self.linearise", "linearised=False", DELTA),
    Mutation(DELTA_STN, "linearised=self.linearise", "linearised=True", OPTIONS),
    Mutation(DELTA_STN, "sample = sample.redrawn(mixed(sample.draw, 1))", "pass", DELTA),
    Mutation(DELTA_STN, "passes.inner(state.for_base, ", "passes.inner(state.for_both, ", DELTA),
    Mutation(
        DELTA_STN,
        "state.unconstrained_H + delta_BH, delta_BH,",
        "state.unconstrained_H[None], delta_BH,",
        WEIGHTS,
    ),
    Mutation(
        DELTA_STN,
        "hypers.conditioning(at_BH, at_BH - here_H)",
        "hypers.conditioning(at_BH, hypers.constrain(at_BH) - hypers.constrain(here_H))",
        VALUES,
    ),
    Mutation(
        DELTA_STN,
        "hypers.conditioning(at_BH, at_BH - here_H)",
        "hypers.conditioning(at_BH, at_BH)",
        VALUES,
    ),
    Mutation(
        "methods/algorithms/stn.py",
        "hypers.conditioning(at_BH, at_BH)",
        "hypers.conditioning(at_BH, hypers.constrain(at_BH))",
        STN,
    ),
    Mutation(
        "methods/algorithms/stn.py",
        "uncentred(passes.problem.hypers, at_BH, at_BH)",
        "uncentred(passes.problem.hypers, state.unconstrained_H[None], at_BH)",
        STN,
    ),
    Mutation(
        "runtime/problem.py",
        "Values(self.constrain(unconstrained_BH), self",
        "Values(unconstrained_BH, self",
        CONSTRAINED,
    ),
    Mutation("runtime/batch.py", "return tree[rows]", "return tree.flip(0)[rows]", OPTIONS),
    Mutation(
        "runtime/batch.py",
        "_cut(self.targets, rows),",
        "_cut(self.targets.flip(0), rows),",
        OPTIONS,
    ),
    Mutation(
        "data/serving.py",
        "order_N.to(self._part.chosen_on)",
        "order_N.to(self._part.y.device)",
        "tests/test_data_serving.py::"
        "test_rows_of_a_file_are_chosen_without_a_word_from_the_device_that_they_go_to",
    ),
    Mutation(
        "runtime/graphs.py",
        '"bf16": (1e-1, 5e-2)',
        '"bf16": (1e-2, 0.0)',
        "tests/test_compiled_losses.py::test_what_passes_for_rounding_goes_by_the_precision",
    ),
    Mutation(
        "jobs/trials.py",
        ", channels_last=last)",
        ")",
        LAYOUT + "trials_of_a_study_and_the_training_on_both_parts_have_the_layout",
    ),
    Mutation(
        "tuning/refitting.py",
        ", channels_last=first.channels_last)",
        ")",
        LAYOUT + "trials_of_a_study_and_the_training_on_both_parts_have_the_layout",
    ),
    Mutation("methods/delta_stn.py", "= 0.125, 64", "= 0.25, 64", EIGHTH),
    Mutation(DELTA_STN, "if k < self.warmup:", "if k < 0:", NOW_AND_THEN),
    Mutation(DELTA_STN, " and self.trains_responses(k):", ":", MOVED_THEN),
    Mutation("catalogue/training_kinds.py", "batch), equal)", "batch), 1)", EIGHTH),
    Mutation(
        HYPERS,
        '(tree["scales"])\n        self._here = None\n',
        '(tree["scales"])\n',
        METHODS + "test_a_training_that_is_put_back_goes_the_same_way_again",
    ),
    Mutation("runtime/batch.py", "divmod(self.repeat,", "divmod(0,", SHARED),
    Mutation("runtime/batch.py", ", count), total - count]", ", count)]", SHARED),
    Mutation("runtime/passes.py", "ceil(self._valid_share * len(batch))", "1", READ_SHARE),
    Mutation(
        VALIDATE,
        "hypers.perturbation_BH(len(sample.batch), passes.generator)",
        "hypers.perturbation_BH(len(sample.batch), passes.generator).detach()",
        SCALES,
    ),
    Mutation(
        VALIDATE, "loss - self.entropy * hypers", "loss - 100 * self.entropy * hypers", SCALES
    ),
    Mutation(VALIDATE, "loss - self.entropy * hypers", "loss + self.entropy * hypers", SCALES),
    Mutation(VALIDATE, "at_BH = here_H[None]", "at_BH = here_H.detach()[None]", VALUES),
    Mutation(VALIDATE, "        hypers.descend(loss)", "        hypers.descend(-loss)", TUNES),
    Mutation(VALIDATE, "        hypers.descend(loss)", "        pass", TUNES),
    Mutation(HYPERS, "noise_BH * self.scale_H()", "noise_BH * self.scale_H().square()", WEIGHTS),
    Mutation(HYPERS, "torch.where(self._per_batch_H, noise_BH[:1], noise_BH)", "noise_BH", DELTA),
    Mutation(
        HYPERS,
        "group.move(finite=True)\n        self._here = None",
        "group.move(finite=True)",
        "tests/test_seam_passes.py::"
        "test_delta_stn_evaluates_plainly_where_the_hyperparameters_have_moved_to",
    ),
    Mutation(HYPERS, "torch.where(tuned_H, hypers.scale_H, 0.0)", "hypers.scale_H", DELTA),
    Mutation("runtime/problem.py", " & ~self.scale_fixed_H", "", SCALES),
    Mutation(HYPERS, "y + torch.log(-torch.expm1(-y))", "y", PERTURBED),
    Mutation(
        "methods/algorithms/group.py",
        "gradient.nan_to_num_(nan=0.0, posinf=0.0, neginf=0.0)",
        "pass",
        "tests/test_divergence.py::"
        "test_responses_that_diverge_are_named_and_the_hyperparameters_are_sound",
    ),
    # Rows of a batch on several processes.
    Mutation(DELTA_STN, "full_precision=True", "full_precision=False", EXACT),
    Mutation(LOSS, "nullcontext if conditioning.full_precision else self", "self", EXACT),
    Mutation(
        "methods/algorithms/group.py",
        "            self._lay_out()\n",
        "",
        LAYOUT + "a_training_is_taken_up_bit_for_bit_in_that_layout",
    ),
    Mutation(
        "lowering/layout.py",
        "x.to(memory_format=torch.channels_last)",
        "x.contiguous(memory_format=torch.channels_last)",
        LAYOUT + "images_keep_the_layout_from_layer_to_layer",
    ),
    Mutation(
        "response/max_pool.py",
        "places.dim() == 4 and",
        "False and",
        LAYOUT + "images_keep_the_layout_from_layer_to_layer",
    ),
    Mutation("lowering/compiled_loss.py", "rows.share * loss", "loss", PARTS),
    Mutation(
        "lowering/compiled_loss.py", "rows.of(response_BG)", "response_BG[: rows.count]", PARTS
    ),
    Mutation(
        "lowering/compiled_loss.py",
        "Values(rows.of(values.matrix_BC)",
        "Values(values.matrix_BC[: rows.count]",
        PARTS,
    ),
    Mutation("response/dropout.py", "rows.of(_noise((rows.total,", "(_noise((rows.count,", PARTS),
    Mutation(
        "runtime/divergence.py",
        " or value <= lowest",
        "",
        "tests/test_divergence.py::"
        "test_hyperparameters_that_leap_with_responses_end_the_run_with_advice",
    ),
    # The structured response.
    Mutation("response/responding_map.py", "y.add_(scale * u)", "y.add_(u)", WEIGHTS),
    Mutation(
        "response/responding_map.py",
        "self.rows(self.response.weight), scale_BO",
        "self.rows(self.weight), scale_BO",
        WEIGHTS,
    ),
    Mutation(
        "response/effective.py",
        "(2 * cross_O + s_BO * square_O)).sum(1)",
        "(2 * cross_O)).sum(1)",
        "tests/test_effective.py::test_a_norm_is_that_of_the_built_weights_for_every_example",
    ),
    *(
        Mutation(
            "response/effective.py",
            right,
            wrong,
            "tests/test_effective.py::test_the_derivatives_of_squared_norms_are_right_to_any_order",
        )
        for right, wrong in (
            ("torch.addcmul(cross_O, s_BO, square_O)", "(cross_O + 0 * s_BO)"),
            ("(g_B @ s_BO.square())[:, None], u_OI", "dcross_O1, u_OI"),
            ("g_B.sum(), w_OI", "g_B[:1], w_OI"),
            ("weight * (2 * g)", "weight * g"),
            ("if again else ctx.products", "if not again else ctx.products"),
        )
    ),
    # Batch normalisation.
    Mutation(
        STANDARDISATION,
        "dx - dx.mean(list(axes), keepdim=True) - normal * slope",
        "dx - dx.mean(list(axes), keepdim=True)",
        TANGENT,
    ),
    Mutation(
        STANDARDISATION,
        "dx - dx.mean(list(axes), keepdim=True) - normal * slope",
        "dx - normal * slope",
        TANGENT,
    ),
    Mutation(STANDARDISATION, "correction=0", "correction=1", TANGENT),
    Mutation(
        NORMALISATION, "_along(self.weight + moved[0], x)", "_along(self.weight, x)", NORM_FOLDED
    ),
    Mutation(NORMALISATION, "plain | dict(self.named_buffers())", "plain", TORCHS),
    Mutation(BATCH_NORM, "dx, x, None, None", "x, x, None, None", NORM_LINEAR),
    Mutation(BATCH_TANGENT, " - along_C * mean_C", "", NORM_LINEAR),
    Mutation(BATCH_TANGENT, " - mean_C * whole_C)", ")", NORM_LINEAR),
    Mutation(BATCH_TANGENT, "(gradient, constants[0])", "(gradient, gradient)", DIFFERENTIATED),
    Mutation(BATCH_NORM, "moved[1] - scale_BC * mean_C", "moved[1]", NORM_LINEAR),
    Mutation(NORMALISATION, "symmetric(gradient, ctx.kernel)", "gradient", DIFFERENTIATED),
    Mutation(BATCH_NORM, "by_batch, self.momentum, self.eps", "by_batch, 0.1, self.eps", TORCHS),
    Mutation(DELTA_STN, "sample, keep=True)", "sample)", NORM_KEPT),
    Mutation("methods/algorithms/stn.py", "sample, keep=True)", "sample)", NORM_KEPT),
    Mutation(
        "tuning/preparing.py",
        "training.state.weights, training.kept(), response_H",
        "training.state.weights, Kept(training.problem.statistics), response_H",
        NORM_BEST,
    ),
    # Attention.
    Mutation(DOT_PRODUCT, "dp = fits - p * fits.sum(-1, keepdim=True)", "dp = fits", ATTENDED),
    Mutation(DOT_PRODUCT, "dp @ v + p @ dv", "dp @ v", ATTENDED),
    Mutation(DOT_PRODUCT, "(dq @ k.mT + q @ dk.mT)", "(dq @ k.mT)", ATTENDED),
    Mutation(DOT_PRODUCT, ".triu(1)", ".triu(2)", ATTENDED),
    Mutation(
        DOT_PRODUCT,
        "p, dp = p * share, dp * share",
        "p, dp = p * share, dp",
        ATTENTION + "test_the_tangent_drops_what_the_output_drops",
    ),
    Mutation(
        "response/transformer.py",
        "read(self.norm2, add(x, fed_forward(x)))",
        "add(x, fed_forward(x))",
        ATTENTION + "test_an_encoder_is_torchs_at_its_weights_and_its_tangent_the_limit",
    ),
    Mutation(
        "response/alpha_dropout.py",
        "scale * _FLOOR + shift)",
        "shift)",
        "tests/test_layers.py::test_alpha_dropout",
    ),
    Mutation(
        "response/scaling.py",
        "None if dx is None else factor * dx",
        "dx",
        "tests/test_layers.py::test_scale",
    ),
    # What the loop counts.
    Mutation(
        "runtime/training.py",
        "self.batches.per_epoch / self.method.batches_per_step",
        "self.batches.per_epoch",
        EPOCHS,
    ),
    Mutation(
        "runtime/training.py",
        "step * self.method.batches_per_step // self",
        "step // self",
        EPOCHS,
    ),
    Mutation("methods/algorithms/implicit.py", "        part.neg_()\n", "", CLOSED),
    Mutation("methods/algorithms/implicit.py", "part.add_(own)", "part.sub_(own)", DIRECT),
    Mutation("methods/algorithms/implicit.py", "part.mul_(unless", "part.add_(unless", WORTHLESS),
    Mutation(SOLVERS + "neumann.py", "part.mul_(self.scale)", "part.mul_(1.0)", CLOSED),
    Mutation(SOLVERS + "neumann.py", "share > 1", "share > 1e99", WORTHLESS),
    Mutation(SOLVERS + "cg.py", " & (curvature > 0)", "", CURVED),
    Mutation(SOLVERS + "cg.py", "add_(left, bent, -length)", "add_(left, bent, length)", CLOSED),
    Mutation(SOLVERS + "cg.py", "count + going", "count + 1", QUALITY),
    Mutation(SOLVERS + "nystrom.py", "damping - shift", "0.0", DAMPED),
    Mutation(SOLVERS + "solver.py", "add_(found, x, damping)", "add_(found, x)", DAMPED),
    Mutation(
        "methods/algorithms/tuned.py", "constrain(leaf), leaf, into", "leaf, leaf, into", CLOSED
    ),
    Mutation(
        "methods/algorithms/unrolled.py", "state.start or state.point", "state.point", RESTARTED
    ),
    Mutation("methods/algorithms/unrolling.py", "[a + b for a, b", "[b for a, b", DIFFERENCES),
    Mutation("methods/algorithms/unrolling.py", "(a * t).sum()", "(a - t).sum()", MODES),
    Mutation("methods/algorithms/unrolling.py", "way[0, column] = 1.0", "way[0] = 1.0", MODES),
    Mutation("methods/algorithms/dynamics.py", "clamp(max=1.0)", "clamp(max=0.9)", DIFFERENCES),
    Mutation("methods/algorithms/dynamics.py", "point.taken + 1", "point.taken", DIFFERENCES),
    Mutation("methods/algorithms/dynamics.py", "create_graph=graph", "create_graph=False", MODES),
    Mutation(
        "response/effective.py",
        "base_O + s_BO * (2 * cross_O + s_BO * square_O)",
        "base_O + s_BO * (2 * cross_O)",
        "tests/test_penalties.py::test_each_example_has_the_norms_of_its_own_weights",
    ),
    # Recurrent layers.
    Mutation(GATES, "dy.addcmul_(self.scale_BG, ux)", "dy", READ),
    Mutation(GATES, "self.scale_BG.T * self.response_GI", "self.response_GI", EFFECTIVE),
    Mutation(GATES, "self.response_GI * mask_GI", "self.response_GI", MASKED),
    Mutation(RECURRENT + "lstm.py", ".add_(di).add_(df).add_(dg)", ".add_(di).add_(dg)", READ),
    Mutation(
        RECURRENT + "lstm.py", "            dc.mul_(f)\n            dh =", "            dh =", LOOP
    ),
    Mutation(RECURRENT + "gru.py", "dp[:, 2 * r.shape[-1] :].mul_(r)", "pass", READ),
    Mutation(RECURRENT + "gru.py", "torch.addcmul(grad, z, dh)", "grad", LOOP),
    Mutation(RECURRENT + "sequence.py", "outputs[0][:-1], None", "outputs[0][1:], None", READ),
    Mutation(
        RECURRENT + "layer.py",
        "tensor.detach().transpose(0, 1)",
        "tensor.transpose(0, 1)",
        "tests/test_recurrent_layers.py::test_no_gradient_follows_a_stream_from_batch_to_batch",
    ),
    Mutation(
        RECURRENT + "layer.py",
        "(kept / (1 - rate))",
        "kept",
        "tests/test_recurrent_layers.py::test_weights_that_are_kept_make_up_for_those_that_are_dropped",
    ),
    # Losses and what they weigh.
    Mutation(
        "losses/on_outputs.py",
        "y_BTH[:, 1:] - y_BTH[:, :-1]",
        "y_BTH[:, 1:] + y_BTH[:, :-1]",
        TAPS,
    ),
    Mutation("losses/l2.py", "given.squares()).mean() / 2", "given.squares()).mean()", DECAY),
    Mutation("losses/l2.py", "return each / 2", "return each", PER_WEIGHT),
    Mutation(
        "losses/weighting.py",
        "(per_target(weight, loss_N, len(given.output)) * loss_N).mean()",
        "loss_N.mean()",
        "tests/test_losses.py::test_a_weight_is_what_an_example_counts",
    ),
    Mutation("tuning/measure.py", "found.loss * count", "found.loss", WHOLE),
    Mutation("losses/focal.py", "-logp * missed**power", "-logp", FOCAL),
    Mutation("losses/hinge.py", "(short_NKC.sum(2) - itself)", "short_NKC.sum(2)", OF_CLASSES),
    Mutation("losses/huber.py", "(error - within / 2)", "(error - within)", OF_NUMBERS),
    Mutation("losses/elastic.py", "(1 - ratio) / 2 * given", "(1 - ratio) * given", WEIGHED),
    Mutation("losses/max_norm.py", "(strength * beyond).mean() / 2", "beyond.mean() / 2", UNITS),
    Mutation(
        "response/effective.py", "base_O + s_BO * (2 * cross_O", "base_O + s_BO * (cross_O", UNITS
    ),
    Mutation("losses/jacobian.py", "(outputs / count) ** 0.5", "outputs**0.5", JACOBIAN),
    Mutation("losses/entropy.py", "lack_N = (logp_NC", "lack_N = (-logp_NC", ENTROPY),
    Mutation("losses/auroc.py", "output[..., 1] - output[..., 0]", "output[..., 1]", AUROC),
    # Augmentations.
    Mutation("augment/replacing.py", "drawn_BT < p[:, None]", "drawn_BT < p.mean()", REPLACED),
    Mutation("augment/token_noise.py", "right=True", "right=False", UNIGRAM),
    Mutation(
        "augment/mixing.py",
        "torch.maximum(part_B, 1 - part_B)",
        "part_B",
        "tests/test_augment_mixing.py::test_shares_follow_the_larger_part_of_a_beta",
    ),
    Mutation(
        "augment/mixing.py",
        "blend(y, partner_B, share_B.to(y.dtype))",
        "blend(y, partner_B, 1 - share_B.to(y.dtype))",
        "tests/test_augment_mixing.py::test_targets_are_mixed_in_the_shares_of_the_pixels",
    ),
    # Methods that move options, or replay them.
    Mutation(
        DESCENT,
        "self.values_C - beta * gradient_C",
        "self.values_C + beta * gradient_C",
        "tests/test_hypergradient_descent.py::"
        "test_a_rate_grows_where_gradients_agree_and_falls_where_they_oppose",
    ),
    Mutation(
        DESCENT,
        "moved_C.clamp(self._low_C, self._high_C)",
        "moved_C",
        "tests/test_hypergradient_descent.py::test_values_stay_in_their_domain",
    ),
    Mutation(
        DESCENT,
        "g + decay * self.point.weights[n]",
        "g",
        "tests/test_hypergradient_descent.py::test_sgd_is_the_published_algorithm",
    ),
    Mutation(
        "methods/algorithms/replay.py",
        "bisect_right(self._times, time)",
        "bisect_right(self._times, time - 1)",
        "tests/test_replay.py::test_a_row_holds_from_its_time_on",
    ),
    Mutation(
        "response/conversion/attention.py",
        "q.shape[-1] ** 0.5",
        "q.shape[-1]",
        "tests/test_converted_layers.py::test_a_layer_is_the_same_at_first_and_after_it_is_folded",
    ),
    Mutation(
        "response/conversion/recurrence.py", "cell, x, dx, at", "cell, x, None, at", CONVERTED
    ),
    Mutation(
        "response/conversion/exchanged.py", "(value, tangent)", "(value, -tangent)", CONVERTED
    ),
    Mutation(
        "response/conversion/responding_module.py",
        "tangent is None else value + tangent",
        "tangent is None else value",
        "tests/test_own_modules.py::test_a_training_moves_all_of_it_but_not_the_module",
    ),
    # Methods that solve both levels, give all weights, or train members.
    Mutation(HOAG, "direct_M - problem.crossed", "direct_M + problem.crossed", DOWNHILL),
    Mutation(
        HOAG,
        'tolerance * float(numbers["first"])',
        'float(numbers["first"])',
        DOWNHILL,
    ),
    Mutation(
        HOAG,
        "tolerance * right,",
        "right,",
        LEVELS + "hoag_solves_as_exactly_as_its_tolerance_says",
    ),
    Mutation(
        HOAG,
        "outer >= loss + _WORSE * abs(loss)",
        "outer >= loss + 9 * abs(loss)",
        LEVELS + "a_step_of_hoag_that_made_the_loss_worse_by_a_fifth_is_followed_by_none",
    ),
    Mutation(
        "methods/algorithms/maid.py",
        "prior_M - self._problem.crossed",
        "prior_M + self._problem.crossed",
        LEVELS + "no_step_of_maid_raises_the_exact_validation_loss",
    ),
    Mutation(
        "methods/algorithms/maid.py",
        "norm / least * (smoothness * accuracy + system.left)",
        "norm * (smoothness * accuracy + system.left)",
        FLAT,
    ),
    Mutation(
        "methods/algorithms/maid.py",
        "found.left / spectrum.least",
        "found.left",
        FLAT,
    ),
    Mutation(
        "methods/algorithms/certificates.py",
        "_spectrum(_hessian(problem.outer, w_N, theta_M)).largest",
        "_spectrum(_hessian(problem.outer, w_N, theta_M)).least",
        LEVELS + "constants_that_are_computed_are_those_of_the_data",
    ),
    Mutation(HYPERNET, "unconstrained_H - self._start_H", "unconstrained_H", DISTANCE),
    Mutation(
        HYPERNET, "state.unconstrained_H + noise_BH[0]", "state.unconstrained_H", JACOBIAN_OF
    ),
    Mutation(
        HYPERNET,
        "conditioning = passes.problem.hypers.conditioning(at_H[None])\n            losses",
        "conditioning = self.conditioning(passes.problem, state)\n            losses",
        JACOBIAN_OF,
    ),
    Mutation(POPULATION, "(0.8, 1.2)", "(0.8, 1.25)", FIFTH),
    Mutation(POPULATION, "key=lambda i: losses[i]", "key=lambda i: -losses[i]", ROUND),
    Mutation(
        POPULATION,
        "torch.where(hypers.frozen_H, at_H, found_H)",
        "found_H",
        "tests/test_population.py::"
        "test_what_is_frozen_never_moves_and_with_nothing_to_tune_there_is_one_member",
    ),
    Mutation(
        DESCENT,
        "torch.ones_like(options[by])",
        "torch.zeros_like(options[by])",
        "tests/test_hypergradient_descent.py::test_sgd_is_the_published_algorithm",
    ),
    Mutation(
        DESCENT,
        'self.recipe.schedule.rate(options["lr"], self.position)',
        'options["lr"]',
        "tests/test_hypergradient_descent.py::"
        "test_a_schedule_scales_the_rate_and_what_it_moves_by",
    ),
    Mutation(
        "methods/algorithms/replay.py",
        "self._options[row - 1]",
        "self._options[0]",
        "tests/test_replay.py::test_a_learning_rate_is_replayed",
    ),
    Mutation(
        "methods/algorithms/replay.py",
        "self._values_NC[self._row : self._row + 1]",
        "self._values_NC[:1]",
        "tests/test_replay.py::test_the_loss_is_evaluated_at_the_exact_values_of_the_table",
    ),
    # What classes count, norms, attention, and scores of examples.
    Mutation(
        "lowering/class_counts.py",
        "(classes * count_C.clamp(min=1).double())",
        "count_C.clamp(min=1).double()",
        "tests/test_class_weights.py::test_balanced_is_numbers_once_the_examples_are_known",
    ),
    Mutation(
        "losses/cross_entropy.py",
        "class_weight_C * logp_NC",
        "class_weight_C.sqrt() * logp_NC",
        "tests/test_class_weights.py::"
        "test_class_weights_are_those_of_torch_summed_and_divided_by_the_examples",
    ),
    Mutation(
        "response/layer_norm.py",
        "(dx - normal * (normal * dx).mean(-1, keepdim=True)) / deviation",
        "dx / deviation",
        FORWARD_MODE,
    ),
    Mutation(
        "response/layer_norm.py",
        "standardised_tangent(*grouped, deviation, (-1,))",
        "standardised_tangent(*grouped, deviation, (1,))",
        FORWARD_MODE,
    ),
    Mutation(
        "response/transformer.py",
        "read(self.norm1, add(x, attended(x)))",
        "add(x, attended(x))",
        ATTENTION + "test_an_encoder_is_torchs_at_its_weights_and_its_tangent_the_limit",
    ),
    Mutation(
        "influence/scores.py",
        "scores_N[index_B] = Curvature",
        "scores_N[index_B] = -Curvature",
        "tests/test_influence.py::test_scores_are_what_training_without_an_example_gives",
    ),
    Mutation(
        "runtime/capture.py",
        "_copy(given[count:], self._copied)",
        "_copy(given[count:], [t.clone() for t in self._copied])",
        CAPTURED + "test_weights_are_read_where_they_are_and_the_rest_where_it_was_recorded",
    ),
    Mutation(
        "runtime/capture.py",
        "        return fresh\n",
        "        return found\n",
        CAPTURED + "test_what_a_replay_gave_is_not_written_again",
    ),
    Mutation(
        "runtime/capture.py",
        "if [*map(_place, given[:count])] != self._places:",
        "if False:",
        CAPTURED + "test_other_weights_are_not_replayed_and_leave_the_first_alone",
    ),
    Mutation(
        "runtime/graphs.py",
        "torch._foreach_mul(wanted, by_loss)",
        "wanted",
        "tests/test_compiled_losses.py::"
        "test_gradients_of_a_graph_are_those_of_what_is_made_of_its_loss",
    ),
    Mutation(
        "runtime/capture.py",
        "            with _no_waiting():  # a",
        "            if True:  # a",
        CAPTURED + "test_a_function_is_watched_before_it_is_recorded_and_never_called_again",
    ),
    Mutation(
        "runtime/capture.py",
        "x.roll(rows, 0)",
        "x",
        CAPTURED + "test_a_recording_that_reads_an_old_batch_is_not_used",
    ),
    Mutation(
        "influence/scores.py",
        " * (len(index_B) / self.size)",
        "",
        "tests/test_influence.py::test_solvers_and_chunks_agree",
    ),
)


def applied(mutation: Mutation, package: Path) -> str:
    """The text of the file with its mistake.

    Raises:
        LookupError: if the line is not there, or there more than once.

    """
    text = (package / mutation.file).read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        raise LookupError(
            f"`{mutation.old}` is {text.count(mutation.old)} times in {mutation.file}"
        )
    return text.replace(mutation.old, mutation.new)


def run_tests(folder: Path, *tests: str) -> int:
    """What pytest exits with, in a process of its own that has the heavy packages already."""
    child = os.fork()
    if child == 0:
        code = FAULT
        try:
            with (folder / "output").open("w") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            os.chdir(folder)
            sys.path.insert(0, str(folder))
            code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def copy(folder: Path) -> None:
    """The package and its tests, without compiled code."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)


def main(word: str = "") -> int:
    """How many mistakes nobody saw."""
    chosen = [mutation for mutation in MUTATIONS if word in f"{mutation} {mutation.test}"]
    if not chosen:
        sys.exit(f"no mutation has {word!r} in it")
    survived = 0
    sys.dont_write_bytecode = True  # it would outlive the mistake that it was compiled from
    for heavy in HEAVY:
        import_module(heavy)
    with TemporaryDirectory() as name:
        folder = Path(name)
        copy(folder)
        if run_tests(folder, *dict.fromkeys(mutation.test for mutation in chosen)) != PASSED:
            print((folder / "output").read_text(encoding="utf-8"))
            sys.exit("the tests fail as it is: mend that first")
        for mutation in chosen:
            file = folder / "hypertune" / mutation.file
            before = file.read_text(encoding="utf-8")
            file.write_text(applied(mutation, folder / "hypertune"), encoding="utf-8")
            killed = run_tests(folder, mutation.test) == FAILED
            file.write_text(before, encoding="utf-8")
            survived += not killed
            print("killed  " if killed else "SURVIVED", mutation, flush=True)
    print(f"{len(chosen)} mistakes, {survived} of them seen by no test")
    return survived


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]) > 0)
