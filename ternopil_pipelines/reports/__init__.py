"""What people read: report.json, the steward's verdict page, the annotated copy of a workbook, the page of codes.

Ukrainian words of findings stand in `findings`; the words around them stand here. Nothing here judges data: a report
shows what cleaning and the gates found.
"""
