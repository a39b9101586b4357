from programs.services.exports.writers import export_csv, export_xlsx, rows_to_csv

__all__ = ["export_csv", "export_xlsx", "rows_to_csv"]
