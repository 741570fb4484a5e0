"""OpenAPI documents as routing tables: what a surface needs to answer by its contract, whatever its dialect.

* `document`, `paths`: the operations of a document, and which of them a request path means.
* `registry`: functions that answer operations, and the check that both match.
* `body`, `schema_errors`: JSON bodies, and all that is wrong with one. What is wrong is a `faults.Fault`, which each
  surface words in its own dialect.
* `exchange`, `serving`, `build`: bytes in and out, the document as others read it, and its JSON made from the YAML.
"""
