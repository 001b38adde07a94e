# Checks packaging/kubernetes by its structure: manifests.py ROOT [BUILT], BUILT being what kustomize made of it. The validation
# against the schemas of Kubernetes is schemas.mjs.
import re
import sys
from pathlib import Path

import yaml

root = Path(sys.argv[1])
files = root / 'packaging/kubernetes'
failed = []


def check(right, what):
    if not right:
        failed.append(what)


def load(path):
    return [each for each in yaml.safe_load_all(path.read_text()) if each is not None]


def objects():
    if len(sys.argv) > 2:
        return load(Path(sys.argv[2]))
    found = []
    for folder in ('base', 'prometheus-operator'):
        [kustomization] = load(files / folder / 'kustomization.yaml')
        for resource in kustomization['resources']:
            path = files / folder / resource
            if path.is_file():
                found += load(path)
            else:
                check((path / 'kustomization.yaml').is_file(), f'{folder}: no {resource}')
        for generator in kustomization.get('configMapGenerator', []):
            for name in generator['files']:
                check((files / folder / name).is_file(), f'{folder}: no {name}')
    return found


def only(kind, all_objects):
    found = [each for each in all_objects if each['kind'] == kind]
    check(len(found) == 1, f'{len(found)} objects of kind {kind}')
    return found[0]


# The capabilities that `serve` keeps with HTTP: all that it may need but those to write files, to stop threads and to set probes.
def wanted_capabilities():
    source = (root / 'platform/os/privileges.cc').read_text()
    body = source[source.index('wanted(const Needs'):]
    body = body[:body.index('\n}')]
    names = set()
    for line in body.splitlines():
        if any(f'needs.{each}' in line for each in ('writes', 'stops', 'probes')):
            continue
        names |= set(re.findall(r'CAP_(\w+)\)', line))
        if 'checkpoint_restore' in line:
            names.add('CHECKPOINT_RESTORE')
    return names


def check_daemon_set(daemon_set):
    spec = daemon_set['spec']
    template = spec['template']
    pod = template['spec']
    labels = spec['selector']['matchLabels']
    check(daemon_set['apiVersion'] == 'apps/v1', 'DaemonSet: apiVersion')
    check(labels.items() <= template['metadata']['labels'].items(), 'DaemonSet: the selector does not select its pods')
    check(pod['hostPID'] is True, 'DaemonSet: hostPID')
    for name in ('hostNetwork', 'hostIPC'):
        check(not pod.get(name), f'DaemonSet: {name}')
    check(pod['automountServiceAccountToken'] is False, 'DaemonSet: a token of the API')
    [container] = pod['containers']
    security = container['securityContext']
    check(security['privileged'] is False and security['allowPrivilegeEscalation'] is False, 'DaemonSet: privileges')
    check(security['readOnlyRootFilesystem'] is True, 'DaemonSet: the root can be written')
    check(security['seccompProfile'] == {'type': 'RuntimeDefault'}, 'DaemonSet: seccomp')
    check(security['capabilities']['drop'] == ['ALL'], 'DaemonSet: capabilities are not dropped')
    added = security['capabilities']['add']
    check(len(set(added)) == len(added) and set(added) == wanted_capabilities(), f'DaemonSet: capabilities {added}, '
          f'platform/os/privileges.cc keeps {sorted(wanted_capabilities())}')
    for kind, what in (('requests', 'cpu'), ('requests', 'memory'), ('limits', 'memory')):
        check(what in container['resources'][kind], f'DaemonSet: no {kind} of {what}')
    [port] = container['ports']
    check(f'0.0.0.0:{port["containerPort"]}' in container['args'], 'DaemonSet: listens on another port')
    for probe in ('startupProbe', 'livenessProbe', 'readinessProbe'):
        check(container[probe]['httpGet'] == {'path': '/healthz', 'port': port['name']}, f'DaemonSet: {probe}')
    check_volumes(pod, container)
    return port['name'], template['metadata']['labels']


def check_volumes(pod, container):
    volumes = {each['name']: each for each in pod['volumes']}
    mounts = {each['name']: each for each in container['volumeMounts']}
    check(volumes.keys() == mounts.keys(), 'DaemonSet: volumes and their mounts differ')
    check(all(each['readOnly'] is True for each in mounts.values()), 'DaemonSet: a volume can be written')
    host = [each['hostPath']['path'] for each in volumes.values() if 'hostPath' in each]
    check(host == ['/var/log/containers'], f'DaemonSet: folders of the host {host}')
    check(container['args'][-1] == mounts['web']['mountPath'] + '/web.yml', 'DaemonSet: another --web.config')
    [config] = load(files / 'base/web.yml')
    check(config == {'bearer_token_file': mounts['token']['mountPath'] + '/token'}, 'web.yml: another token file')


def check_monitoring(all_objects, port, pod_labels):
    monitor = only('PodMonitor', all_objects)['spec']
    check(monitor['selector']['matchLabels'].items() <= pod_labels.items(), 'PodMonitor: selects no pod of the DaemonSet')
    [endpoint] = monitor['podMetricsEndpoints']
    check(endpoint['port'] == port and endpoint['path'] == '/metrics', 'PodMonitor: another port or path')
    check(endpoint['honorLabels'] is True, 'PodMonitor: the labels of JVMs are replaced')
    [base] = load(files / 'base/kustomization.yaml')
    [secret] = base['secretGenerator']
    credentials = endpoint['authorization']['credentials']
    check(credentials['name'] == secret['name'] and credentials['key'] in secret['files'], 'PodMonitor: another Secret')
    check(secret['options']['disableNameSuffixHash'] is True, 'the name of the Secret gets a suffix, and the PodMonitor has none')
    dropped = [each['regex'] for each in endpoint['relabelings'] if each['action'] == 'labeldrop']
    check(dropped == ['namespace|pod|container'], 'PodMonitor: JVMs without a pod get the labels of nmtx')
    [rules] = load(root / 'packaging/prometheus/rules.yml')
    check(only('PrometheusRule', all_objects)['spec'] == rules, 'PrometheusRule: not the groups of packaging/prometheus/rules.yml')


def main():
    all_objects = objects()
    for each in all_objects:
        check(each['kind'] == 'Namespace' or len(sys.argv) == 2 or each['metadata'].get('namespace') == 'nmtx',
              f'{each["kind"]}: another namespace')
        check(set(each) <= {'apiVersion', 'kind', 'metadata', 'spec', 'data', 'type'}, f'{each["kind"]}: {list(each)}')
    level = only('Namespace', all_objects)['metadata']['labels']['pod-security.kubernetes.io/enforce']
    check(level == 'privileged', 'Namespace: pods with hostPID are refused')
    port, labels = check_daemon_set(only('DaemonSet', all_objects))
    check_monitoring(all_objects, port, labels)
    version = re.search(r'project\(nmtx VERSION ([\d.]+)', (root / 'CMakeLists.txt').read_text()).group(1)
    [base] = load(files / 'base/kustomization.yaml')
    [image] = base['images']
    check(image['newTag'] == version, f'the image is {image["newTag"]}, nmtx is {version}')
    check('/token' in (files / 'base/.gitignore').read_text().split(), 'the token could be committed')
    for each in failed:
        print('manifests: ' + each, file=sys.stderr)
    return 1 if failed else 0


sys.exit(main())
