"""CKAN, spoken to as it really behaves: one publisher, told only what should stand on the portal.

`publication.publish` brings a dataset to an edition whatever state it is found in; the modes differ in how table, file
and metadata change together. Whether an edition may go out is a decision in the ledger, looked up and never made here.
Nothing here reads a department's data, builds an edition or retries on a timer.
"""
