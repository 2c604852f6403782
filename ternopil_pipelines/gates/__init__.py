"""May an edition go out: change against the last publication, formulas, personal data, restriction, moderation.

`judging.judge` is the one door: it runs every gate and returns a judgement, which the orchestration enters in the
ledger by the edition's hash. Nothing here publishes, repairs a value or writes a page; a diff is data, its page is the
reports' to render.
"""
