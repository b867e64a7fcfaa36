"""The dashboard: a page on this computer where a policymaker moves levers and sees what they change."""
