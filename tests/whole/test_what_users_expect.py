"""What users of comparable programs expect of such pages works: each with the test that shows it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import tests

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE: Final = Path(tests.__file__).parent

EXPECTED: Final[Mapping[str, tuple[str, str]]] = {
    "search as one types, one box for everything": (
        "web/test_managers_browser.py",
        "test_the_search_box_finds_as_one_types",
    ),
    "saved views by name": (
        "web/lists/test_saved_views.py",
        "test_a_view_is_kept_under_its_name_and_found_again_in_lists_and_in_the_search",
    ),
    "filter, sort and page in the address": (
        "web/lists/test_listing.py",
        "test_a_page_number_keeps_filters_and_order",
    ),
    "CSV of what is on screen": ("web/lists/test_downloads.py", "test_a_csv_holds_what_the_list_shows_and_no_formula"),
    "Excel of what is on screen": (
        "web/lists/test_downloads.py",
        "test_an_xlsx_holds_the_same_rows_as_text_and_numbers",
    ),
    "JSON of each list": ("web/lists/test_routes.py", "test_a_list_leads_to_its_file_with_the_same_filters"),
    "documentation of the API": ("web/api/test_openapi.py", "test_the_documentation_page_says_the_same_for_people"),
    "keyboard shortcuts with a list": (
        "web/test_managers_browser.py",
        "test_a_question_mark_lists_the_keys_and_they_can_be_switched_off",
    ),
    "an import is tried first, and a file tells every row": (
        "web/staff/test_importing.py",
        "test_a_register_is_mapped_tried_recorded_and_handed_back",
    ),
    "an import shows its progress": (
        "web/staff/test_importing.py",
        "test_in_a_browser_what_is_decided_shows_at_once_and_progress_ends_by_itself",
    ),
    "likely duplicates": (
        "web/managers/test_duplicates.py",
        "test_pairs_are_told_with_names_and_reasons_and_decided_one_way_or_the_other",
    ),
    "undo of one change": (
        "web/recording/test_routes.py",
        "test_a_pass_on_is_checked_recorded_told_and_undone",
    ),
    "history: who, when, before and after": (
        "web/auditors/test_ledger.py",
        "test_an_act_is_shown_before_and_after_with_what_was_said_of_it",
    ),
    "a tree that is opened by its boxes": (
        "web/test_browser.py",
        "test_every_box_opens_what_it_shows_however_the_window_was_scrolled_and_the_picture_zoomed",
    ),
    "a tree down to some generation": ("web/test_browser.py", "test_a_tree_of_a_thousand_opens_folded"),
    "the tree as text": ("web/managers/test_tree_labels.py", "test_a_tree_says_in_text_who_gave_to_whom"),
    "charts": ("web/auditors/test_survival.py", "test_a_curve_has_its_numbers_in_a_table_under_it"),
    "a map": (
        "web/managers/test_country_map.py",
        "test_the_map_colours_a_district_by_its_share_of_broken_chains",
    ),
    "dark": (
        "web/test_every_page.py",
        "test_a_page_fits_a_phone_and_paper_in_each_language_and_axe_finds_no_fault_in_it",
    ),
    "print and phone": (
        "web/test_every_page.py",
        "test_a_page_fits_a_phone_and_paper_in_each_language_and_axe_finds_no_fault_in_it",
    ),
    "recording without a line": ("web/phone/test_walk.py", "test_twenty_acts_of_a_day_without_a_line"),
    "Nepali and French": ("web/test_languages.py", "test_no_text_of_the_pages_is_missing_in_any_language"),
    "queries that only read": (
        "web/test_ways.py",
        "test_a_query_of_ones_own_is_asked_where_the_database_refuses_all_else",
    ),
    "a demonstration in one command": (
        "whole/test_docs.py",
        "test_on_a_terminal_the_demonstration_ends_by_serving_its_pages",
    ),
    "completion in the shell": ("commands/test_ways_in.py", "test_the_shell_completes_commands_and_options"),
    "exit codes": ("commands/test_asking.py", "test_a_check_answers_by_its_exit_code"),
    "JSON of each command": ("web/api/test_routes.py", "test_the_api_gives_what_the_command_line_prints"),
    "a record that an auditor checks without Relay": (
        "ledger/test_tampering.py",
        "test_whatever_is_done_to_an_exported_file_is_named_by_relay_and_seen_with_python_alone",
    ),
    "how chains are doing, computed": ("commands/test_asking.py", "test_health_is_told_in_a_table_and_as_json"),
}
"""What is expected → the file of the test that shows it, and its name."""


@pytest.mark.parametrize("feature", EXPECTED)
def test_what_users_of_comparable_programs_expect_has_a_test(feature: str) -> None:
    file, name = EXPECTED[feature]

    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
