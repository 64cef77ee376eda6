"""The one error that a user's mistake raises."""


class UserError(ValueError):
    """Something the user can mend: the message names it and the remedy, in one line.

    The command prints the message without a traceback and exits with 1.
    """
