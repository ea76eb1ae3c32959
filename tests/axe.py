"""axe-core, on the page as it is open: what it finds against WCAG 2.2 AA."""

from typing import Any, Final

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FINDINGS: Final = """rules => axe
  .run({ runOnly: { type: 'tag', values: rules }, resultTypes: ['violations'] })
  .then(said => said.violations)"""


def findings(page: Page) -> list[str]:
    """Rule, weight, place and why of each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations: list[dict[str, Any]] = page.evaluate(FINDINGS, RULES)
    return [
        f"{found['id']} ({found['impact']}) {node['target']}: {node['failureSummary']}"
        for found in violations
        for node in found["nodes"]
    ]
