"""The desk: where people see cases, answer customers, decide approvals, and read why the assistant did what it did."""
