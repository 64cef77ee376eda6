"""What the coding widget says, in the user's language; the page fills in ``{…}``."""

from __future__ import annotations

from bantar_lib.present.evidence_figures import valence_label
from bantar_lib.study.tables import VALENCES
from bantar_lib.words import room_words

_ = room_words("lab")


def widget_words() -> dict[str, str]:
    """Return the words of the widget by their short names.

    Examples
    --------
    >>> from bantar_lib.words import language
    >>> with language("en"):
    ...     widget_words()["undo"]
    'Undo'
    """
    return {
        **{f"valence_{v}": valence_label(v) for v in VALENCES},
        **_places(),
        **_form(),
        **_list(),
        **_messages(),
        **_keys(),
    }


def _places() -> dict[str, str]:
    return {
        "title": _("Coding {document}"),
        "document": _("Document"),
        "about": _("{coder} codes in {path}"),
        "district": _("Codings speak of: {district}"),
        "blind": _("Blind: what others coded is hidden"),
        "open_eyes": _("What others coded is shown, underlined in grey"),
        "undescribed": _("{coder} does not stand in the table coders yet; describe the coder "
                         "there before others rely on this coding."),
        "private": _("Private document: its codings stay in the folder private/"),
        "search": _("Search in the document"),
        "search_next": _("Next hit"),
        "search_previous": _("Previous hit"),
        "hits": _("Hit {n} of {all}"),
        "no_hits": _("No hit"),
        "next_uncoded": _("Next uncoded paragraph"),
        "all_coded": _("Every paragraph below holds a coding."),
        "paragraph": _("Paragraph {n} of {all}"),
        "undo": _("Undo"),
        "redo": _("Redo"),
        "help": _("Keys"),
        "loading": _("Opening the document …"),
    }  # fmt: skip


def _form() -> dict[str, str]:
    return {
        "form": _("Code the selection"),
        "form_edit": _("Change coding {n}"),
        "nothing_selected": _("Select words in the document, by mouse or with Shift and the "
                              "arrow keys."),
        "selected": _("Selected: “{quote}”"),
        "selected_letters": _("{n} letters selected"),
        "code": _("Code"),
        "valence": _("Valence"),
        "memo": _("Memo (why this code)"),
        "save": _("Save coding"),
        "save_edit": _("Save change"),
        "cancel": _("Cancel"),
        "saving": _("Saving …"),
        "own_codes": _("Own codes"),
        "new_code": _("New code of your own"),
        "new_label": _("What the code is called"),
        "new_under": _("Stands under"),
        "new_free": _("free of the framework"),
        "make": _("Make code"),
        "include": _("Code here"),
        "exclude": _("Not here"),
        "example_supports": _("Supports, for example"),
        "example_inhibits": _("Inhibits, for example"),
        "definition": _("Definition of the code"),
        "no_definition": _("Point at a code, or move to it with the keyboard, to read its "
                           "definition."),
        "own_definition": _("A code of your own."),
        "matches": _("Word matches for this code"),
        "matches_about": _("Paragraphs in which words of the codebook stand. Only words are "
                           "matched: whether the passage speaks of the indicator, you judge."),
        "matches_none": _("No paragraph holds words that the codebook uses for this code alone."),
        "matches_own": _("Word matches exist for the framework's indicators only."),
        "need_selection": _("Select words in the document first."),
        "need_code": _("Choose a code first."),
        "need_valence": _("Choose a valence first: + supports, - inhibits, * mixed, "
                          "0 neutral."),
    }  # fmt: skip


def _list() -> dict[str, str]:
    return {
        "codings": _("Codings ({n})"),
        "no_codings": _("Nothing is coded yet."),
        "others": _("Codings of others ({n})"),
        "go": _("Show coding {n} in the document"),
        "edit": _("Edit"),
        "edit_name": _("Edit coding {n}"),
        "delete": _("Delete"),
        "delete_name": _("Delete coding {n}"),
        "confirm": _("Confirm this place"),
        "confirm_name": _("Confirm the place of coding {n}"),
        "moved": _("The document was edited; the same words now stand elsewhere."),
        "changed": _("The document was edited; these may be the words meant."),
        "ambiguous": _("The document was edited; the words now stand at several places."),
        "lost": _("The document was edited; the words are gone: “{quote}”"),
    }


def _messages() -> dict[str, str]:
    return {
        "no_kernel": _("No kernel answers: nothing can be saved now. Run this cell again; the "
                       "document below can still be read."),
        "never_opened": _("No kernel answers, so the document cannot be opened. Run this cell "
                          "again."),
        "busy": _("The kernel is busy with another cell. Not saved yet; it will be saved when "
                  "the kernel is free."),
        "unsaved": _("Not saved: {what}"),
        "unsaved_old": _("Not saved before the page or the kernel went away: {what}"),
        "retry": _("Try again"),
        "discard": _("Discard"),
        "waiting_first": _("Something is not saved yet: try it again or discard it first."),
        "what_code": _("“{quote}” as {code}, {valence}"),
        "what_edit": _("change of the coding of “{quote}” to {code}, {valence}"),
        "what_delete": _("deletion of the coding of “{quote}”"),
        "what_confirm": _("confirmed place of “{quote}”"),
        "what_make": _("new code “{label}”"),
        "what_undo": _("undo"),
        "what_redo": _("redo"),
        "chosen": _("{code} chosen"),
        "draft_kept": _("The memo you had begun is back."),
    }  # fmt: skip


def _keys() -> dict[str, str]:
    return {
        "keys_title": _("Keys in the document"),
        "keys_arrows": _("move; with Shift select"),
        "keys_words": _("word by word; with Shift select (on a Mac: Option)"),
        "keys_sentence": _("select the sentence; again: the next one too"),
        "keys_paragraph": _("select the paragraph"),
        "keys_codes": _("choose the 1st to 9th code"),
        "keys_valence": _("supports, inhibits, mixed, neutral"),
        "keys_enter": _("save the coding; where something is missing, go there"),
        "keys_form": _("go to the codes"),
        "keys_uncoded": _("next uncoded paragraph"),
        "keys_search": _("search"),
        "keys_undo": _("undo; with Shift redo"),
        "keys_help": _("these keys"),
        "keys_escape": _("from anywhere back to the document; there: give up the change"),
        "keys_tab": _("leave the document"),
        "key_up_down": _("arrow keys"),
        "key_control": _("Ctrl"),
        "notebook_saved": _(
            "Every coding is in the log already; the notebook itself is saved from its menu."
        ),
        "keys_save": _("save, from anywhere in the form"),
    }
