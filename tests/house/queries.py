# Checks the queries of packaging/prometheus against docs/reference/metrics.md: every metric, label and value that they name must be
# there. queries.py ROOT [FILE]: writes the dashboard's queries to FILE as rules, for promtool to check their syntax
import json
import re
import sys
from pathlib import Path

import yaml

root = Path(sys.argv[1])
page = (root / 'docs/reference/metrics.md').read_text()
# Of Prometheus itself, of a scrape or made by a query.
by_prometheus = {'instance', 'job'}
keywords = {'and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'offset', 'bool'}
with_listed_values = {'state', 'bound', 'figures'}


def labels_of_metrics():
    section = page[page.index('## Labels of a JVM'):page.index('## Metrics of a JVM')]
    rows = re.findall(r'^\| (`.*?`) \|', section, re.M)
    of_jvm = {label for row in rows for label in re.findall(r'`(\w+)`', row)}
    metrics = {'up': set()}
    for name, shared in (('of a JVM', of_jvm), ('of the host', set())):
        table = page[page.index(f'<!-- {name} -->'):]
        table = table[:table.index('<!-- end -->')]
        for metric, own in re.findall(r'^\| `(\w+)` \| \w+ \| ([\w, ]*) \|', table, re.M):
            metrics[metric] = shared | set(filter(None, own.replace(' ', '').split(',')))
    return metrics


metrics = labels_of_metrics()


def problems_of(expression):
    found = []
    made = set()
    for to, source in re.findall(r'label_replace\(.*?, "(\w+)", "[^"]*", "(\w+)", "[^"]*"\)', expression):
        made.add(to)
        if not any(source in labels for labels in metrics.values()):
            found.append(f'no label {source}')
    allowed = set(by_prometheus) | made
    for metric, selector in re.findall(r'([a-zA-Z_:][\w:]*)(\{[^}]*\})', expression):
        for label, value in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', selector):
            if label not in metrics.get(metric, set()) | by_prometheus:
                found.append(f'{metric} has no label {label}')
            for each in value.split('|') if label in with_listed_values else []:
                if not re.search(rf'\b{re.escape(each)}\b', page):
                    found.append(f'{label} has no value {each}')
    bare = re.sub(r'\[[^\]]*\]', '', re.sub(r'\{[^}]*\}', '', re.sub(r'"[^"]*"', '', expression)))
    grouped = re.findall(r'\b(?:by|without|on|ignoring)\s*\(([^)]*)\)', bare)
    bare = re.sub(r'\b(?:by|without|on|ignoring)\s*\([^)]*\)', '', bare)
    bare = re.sub(r'\boffset\s+\w+', '', bare)
    named = [each for each in re.findall(r'(?<![\w:.])[a-zA-Z_:][\w:]*(?!\w*\s*\()', bare) if each not in keywords]
    for metric in named:
        if metric in metrics:
            allowed |= metrics[metric]
        else:
            found.append(f'no metric {metric}')
    if not named:
        found.append('no metric at all')
    for label in {each.strip() for group in grouped for each in group.split(',')} - allowed:
        found.append(f'no label {label}')
    return found, allowed


def check_itself():
    for right in ('sum by (owner) (nmtx_resident_bytes{instance="a"}[5m] offset 2h) > 1e6', 'nmtx_up == 0 or vector(0)'):
        assert not problems_of(right)[0], problems_of(right)
    for wrong in ('nmtx_upp', 'nmtx_up{owner="x"}', 'sum by (ownr) (nmtx_up)', 'nmtx_malloc_bytes{state="fre"}', 'rate(nmtx_restarts[5m])',
                  'sum by (owner) (nmtx_jvms)', 'vector(0)'):
        assert problems_of(wrong)[0], wrong


def rules():
    for group in yaml.safe_load((root / 'packaging/prometheus/rules.yml').read_text())['groups']:
        yield from group['rules']


def check_rules(failed):
    tests = '\n'.join(path.read_text() for path in (root / 'packaging/prometheus/tests').glob('*.yml'))
    for rule in rules():
        name = rule.get('record') or rule['alert']
        found, allowed = problems_of(rule['expr'])
        if 'record' in rule:
            metrics[name] = allowed
        elif not {'summary', 'description'} <= rule['annotations'].keys() or rule['labels']['severity'] not in ('warning', 'critical'):
            found.append('no summary, description or severity')
        for label in re.findall(r'\$labels\.(\w+)', json.dumps(rule.get('annotations', {}))):
            if label not in allowed:
                found.append(f'the annotations name {label}')
        if 'alert' in rule and not re.search(rf'- labels: \'{{alertname="{name}"', tests):
            found.append('no test shows that it fires')
        failed += [f'rules.yml: {name}: {each}' for each in found]


# The dashboard works without the rules.
def check_dashboard(failed):
    dashboard = json.loads((root / 'packaging/prometheus/dashboard.json').read_text())
    variables = {each['name'] for each in dashboard['templating']['list']}
    expressions = []
    queries = [(each['name'], each['query']['query'], '') for each in dashboard['templating']['list'] if each['type'] == 'query']
    for panel in dashboard['panels']:
        queries += [(panel['title'], target['expr'], target['legendFormat']) for target in panel.get('targets', [])]
    for title, query, legend in queries:
        expression = re.sub(r'^label_values\((.*), (\w+)\)$', r'sum by (\2) (\1)', query)
        expressions.append(re.sub(r'"\$(\w+)"', r'"\1"', expression))
        found, allowed = problems_of(expression)
        found += [f'the legend names {label}' for label in re.findall(r'{{(\w+)}}', legend) if label not in allowed]
        found += [f'no variable {name}' for name in re.findall(r'"\$(\w+)"', expression) if name not in variables and not name.isdigit()]
        failed += [f'dashboard.json: {title}: {each}' for each in found]
    ids = [panel['id'] for panel in dashboard['panels']]
    if len(set(ids)) != len(ids) or len(queries) < 30:
        failed.append('dashboard.json: panels are missing or have the same id')
    check_places(dashboard['panels'], failed)
    if len(sys.argv) > 2:
        rules_of = [{'record': f'query:{number}', 'expr': each} for number, each in enumerate(expressions)]
        Path(sys.argv[2]).write_text(yaml.safe_dump({'groups': [{'name': 'dashboard', 'rules': rules_of}]}))


def check_places(panels, failed):
    taken = {}
    for panel in panels:
        place = panel['gridPos']
        for x in range(place['x'], place['x'] + place['w']):
            for y in range(place['y'], place['y'] + place['h']):
                if x >= 24 or taken.setdefault((x, y), panel['title']) != panel['title']:
                    failed.append(f'dashboard.json: {panel["title"]} covers another panel')
                    return


def main():
    check_itself()
    failed = []
    check_dashboard(failed)
    check_rules(failed)
    for each in failed:
        print('queries: ' + each, file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
