"""Pure arithmetic: scales, intervals, periods, calendar. Imports nothing of ours."""
