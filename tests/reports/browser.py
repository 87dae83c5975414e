#!/usr/bin/env python3
"""The report in a real browser.

usage: browser.py FPRINCIPLE VENV

Reproduces small experiments in one and two dimensions, opens their reports and the one of both in
headless Chromium, light and dark, 1280 and 400 pixels wide, and checks each: no request leaves the page, the console is
silent, nothing hangs over the edge, slider and button move the drawings by mouse and keyboard, the
numbers are those of summary.json to the digits shown, and axe-core finds nothing to object to.
axe-core comes from PyPI, into the virtual environment VENV; where PyPI is out of reach that part is
left out, and says so.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

SKIPPED = 77

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError as error:
    print(f"skipped, needs the packages chromium, chromium-driver and python3-selenium: {error}")
    sys.exit(SKIPPED)

HERE = pathlib.Path(__file__).parent
LOADED_WITHIN = 2.0  # seconds, the best of four: the machine may be busy
EXPERIMENT = """
[data]
{data}

[network]
width = 500
a = {{ dist = "uniform", scale = 0.1 }}
w = {{ dist = "uniform", scale = 3 }}
b = {{ dist = "uniform", scale = 6 }}

[train]
stop = {{ loss = 1e-6 }}
snapshots = 10

[lfp]
lattice = {{ modes = {modes} }}

[grid]
count = {count}
"""
EXPERIMENTS = {  # under the names that `reproduce` knows
    "fig1a": EXPERIMENT.format(data="x = [-0.8, -0.3, 0.1]\ny = [0.25, -0.07, -0.05]", modes=200,
                              count=50),
    "fig2": EXPERIMENT.format(data="x = [[1, 1], [1, -1], [-1, 1], [-1, -1]]\ny = [1, -1, -1, 1]",
                               modes=8, count="[12, 12]"),
}


def check(truth, message):
    if not truth:
        sys.exit(message)


def axe_script(venv):
    """axe-core's JavaScript, or None where it cannot be had."""
    python = venv / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", venv], check=True, capture_output=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "-r", HERE / "requirements.txt"], check=True, capture_output=True,
                       timeout=120)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"left out, accessibility: axe-core could not be installed: {error}")
        return None
    return next(venv.glob("lib/*/site-packages/axe_core_python/axe.min.js")).read_text()


def browser():
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def requests(driver):
    """The addresses that were fetched since the last call."""
    out = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            out.append(message["params"]["request"]["url"])
    return out


def pictures(player):
    """What the player's canvases show."""
    return player.parent.execute_script(
        "return [...arguments[0].querySelectorAll('canvas')].map(c => c.toDataURL())", player)


def check_player(driver, player, dimension, where):
    slider = player.find_element(By.CSS_SELECTOR, "input[type=range]")
    button = player.find_element(By.TAG_NAME, "button")
    now = lambda: player.find_element(By.CLASS_NAME, "now").text
    seen = [(pictures(player), now())]
    check(len(seen[0][0]) == (2 if dimension == 1 else 4), f"{where}: a drawing is missing")
    check("end of training" in now(), f"{where}: does not begin with the end: {now()}")

    def moved(how):
        shown = (pictures(player), now())
        for old in seen:
            for a, b in zip(old[0], shown[0]):
                check(a != b, f"{where}: {how}: a drawing has not changed")
            check(old[1] != shown[1], f"{where}: {how}: the time has not changed")
        check(slider.get_attribute("aria-valuetext") == shown[1], f"{where}: {how}: not told")
        seen.append(shown)

    ActionChains(driver).move_to_element(slider).click().perform()
    moved("a click into the slider")
    slider.send_keys(Keys.ARROW_RIGHT)
    moved("the right arrow")
    slider.send_keys(Keys.HOME)
    check("t = 0, before training" == now(), f"{where}: Home: {now()}")
    slider.send_keys(Keys.END)
    check((pictures(player), now()) == seen[0], f"{where}: End does not lead to the end")
    button.send_keys(Keys.SPACE)  # plays from the start
    check(button.text == "Pause", f"{where}: the button says {button.text}")
    deadline = time.monotonic() + 20
    while button.text == "Pause" and time.monotonic() < deadline:
        time.sleep(0.05)
    check((pictures(player), now()) == seen[0], f"{where}: the film does not play to the end")


def shown_number(text):
    """'1.20 × 10−7' (as text_content has it) and the place of its last digit."""
    match = re.fullmatch(r"(-?[\d.]+)(?: × 10(-?\d+))?", text.replace("−", "-"))
    check(match, f"not a number: {text}")
    power = int(match[2] or 0)
    decimals = len(match[1].partition(".")[2])
    return float(match[1]) * 10.0**power, 10.0 ** (power - decimals)


def check_numbers(driver, summary):
    numbers = driver.execute_script("""return [...document.querySelectorAll('data')].map(d => [
        d.closest('[data-experiment]')?.dataset.experiment, d.dataset.key, d.textContent])""")
    check(len(numbers) > 20, "the page has next to no numbers")
    for experiment, key, text in numbers:
        value = summary["experiments"][experiment] if experiment else summary
        for part in key.split("."):
            value = value[part]
        shown, place = shown_number(text)
        # Half a unit of the last digit, and the rounding of the subtraction.
        check(abs(shown - value) <= 0.5 * place + 1e-12 * abs(value),
              f"{key}: the page says {text}, summary.json {value}")
    return len(numbers)


def check_accessible(driver, axe, where):
    driver.execute_script(axe)
    result = driver.execute_async_script(
        "axe.run({resultTypes: ['violations']}).then(arguments[arguments.length - 1])")
    check(result["passes"], f"{where}: axe-core checked nothing")
    for violation in result["violations"]:
        print(violation["id"], violation["help"], [n["html"][:200] for n in violation["nodes"]][:3])
    check(not result["violations"], f"{where}: axe-core objects")


def check_report(driver, page, dimensions, width, scheme, axe):
    where = f"{page.parent.name}, {width} px, {scheme}"
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme}]})
    start = time.monotonic()
    driver.get(page.as_uri())
    seconds = time.monotonic() - start
    background = driver.execute_script(
        "return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    check((max(background) < 100) == (scheme == "dark"), f"{where}: the page is {background}")
    overhang = driver.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth")
    check(overhang <= 0, f"{where}: {overhang} px hang over the edge")
    players = driver.find_elements(By.CLASS_NAME, "player")
    check(len(players) == len(dimensions), f"{where}: {len(players)} players")
    for player, dimension in zip(players, dimensions):
        check_player(driver, player, dimension, where)
    if axe:
        check_accessible(driver, axe, where)
    # data: addresses are inside the file.
    fetched = [url for url in requests(driver) if not url.startswith("data:")]
    check(set(fetched) == {page.as_uri()}, f"{where}: requests {fetched}")
    messages = driver.get_log("browser")
    check(not messages, f"{where}: the console says {messages}")
    return seconds


def main(program, venv):
    axe = axe_script(pathlib.Path(venv))
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in EXPERIMENTS.items():
            pathlib.Path(scratch, f"{name}.toml").write_text(text)
        both = pathlib.Path(scratch, "both")
        subprocess.run([program, "--quiet", "reproduce", *EXPERIMENTS, "--out", both], check=True,
                       env={**os.environ, "FPRINCIPLE_EXPERIMENTS": scratch})
        try:
            driver = browser()
        except WebDriverException as error:
            print(f"skipped, needs the packages chromium and chromium-driver: {error.msg}")
            return SKIPPED
        try:
            for results, dimensions in ((both / "fig1a", [1]), (both / "fig2", [2]), (both, [1, 2])):
                seconds = [
                    check_report(driver, results / "report.html", dimensions, width, scheme, axe)
                    for width in (1280, 400) for scheme in ("light", "dark")]
                check(min(seconds) <= LOADED_WITHIN, f"{results.name}: loaded in {seconds} s")
                summary = json.loads((results / "summary.json").read_text())
                print(f"{results.name}: loaded in {min(seconds):.2f} s, "
                      f"{check_numbers(driver, summary)} numbers of summary.json")
        finally:
            driver.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
