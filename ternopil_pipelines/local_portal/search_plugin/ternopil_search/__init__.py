"""CKAN's dataset search without Solr: the documents CKAN would send to Solr are kept in PostgreSQL.

Installed into CKAN's environment; nothing of the pipelines is imported here. Only the connection to Solr is replaced:
what is indexed, when, and how an answer is used stays CKAN's own code, so that an index that fails, or is ahead of
the database after a crash, looks as it does on a portal with Solr.
"""
