"""Lists that were not made with our workbook: what their rows and columns mean."""
