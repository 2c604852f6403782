"""Everything that can stop the way from a department's data to a publication, as one tree.

    Fault
    ├── PermanentFault            again will not help: somebody must mend something first
    │   ├── CatalogueFault        sources.yaml is wrong: file, line, key, what was expected         exit 2
    │   ├── VariableMissing       ${VAR} of sources.yaml has no value in the environment            exit 2
    │   ├── UsageFault            the command was called with words it does not know                exit 2
    │   ├── SourceRefused         what the department sent or holds cannot be read; has findings    exit 1
    │   ├── DataRefused           the table breaks its structure; the last good edition stays       exit 1
    │   ├── GateRefused           no passing decision for this edition                              exit 1
    │   │   └── EditionHeld       it waits for a person or for its embargo; nothing failed          exit 0
    │   ├── EvidenceBroken        an edition or the ledger is not what was written                  exit 1
    │   ├── SourceDenied          the source says no: permission, table or column gone              exit 3
    │   ├── PortalRefused         the portal says no: permission, validation, missing organisation  exit 3
    │   └── PublicationContested  another publisher of the dataset won; ours stands back            exit 3
    └── TransientFault            the same call may succeed later; the only kind that is retried
        ├── SourceUnreachable     database or API does not answer, answers short, or asks to wait   exit 3
        └── PortalUnreachable     the portal does not answer, or answered in doubt                  exit 3

Messages are English, for logs; they never carry a token, a password or a URL's query. What a person of the city
reads travels as findings (Ukrainian), which SourceRefused and DataRefused carry.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ternopil_pipelines.findings.finding import Finding


class Fault(Exception):
    """Root of the tree. `exit_code` is the command's."""

    exit_code: ClassVar[int] = 1


class PermanentFault(Fault):
    """Running again will not help until somebody mends something."""


class TransientFault(Fault):
    """The same call may succeed later."""

    exit_code = 3


class CatalogueFault(PermanentFault):
    """sources.yaml is wrong. `problems` are lines of the form `file:line: key: what was expected`."""

    exit_code = 2

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class VariableMissing(PermanentFault):
    exit_code = 2


class UsageFault(PermanentFault):
    exit_code = 2


class _WithFindings(PermanentFault):
    """Carries what the steward reads. The English message names codes and counts only, never a cell's value."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__(message)


class SourceRefused(_WithFindings):
    """What arrived cannot be read as a table: damaged, protected, wrongly named, without a header."""


class DataRefused(_WithFindings):
    """The table was read but breaks its structure."""


class GateRefused(PermanentFault):
    pass


class EditionHeld(GateRefused):
    exit_code = 0


class EvidenceBroken(PermanentFault):
    pass


class SourceDenied(PermanentFault):
    exit_code = 3


class PortalRefused(PermanentFault):
    exit_code = 3


class PublicationContested(PermanentFault):
    exit_code = 3


class SourceUnreachable(TransientFault):
    pass


class PortalUnreachable(TransientFault):
    pass
