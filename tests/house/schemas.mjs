// Checks Kubernetes objects against the schemas of Kubernetes and of the Prometheus operator: schemas.mjs NODE_MODULES OBJECTS.json. NODE_MODULES
// has the npm packages kubernetes-models, @kubernetes-models/prometheus-operator and typescript. The schemas check values; the types that were
// made of the same schemas know which fields there are, so that an unknown one is an error, as with kubectl's --validate=strict.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

const modules = path.resolve(process.argv[2]);
const objects = JSON.parse(fs.readFileSync(process.argv[3], 'utf8'));
const ts = createRequire(path.join(modules, 'x.js'))('typescript');
const failed = [];

function modelOf({apiVersion, kind}) {
    const room = apiVersion.startsWith('monitoring.coreos.com/') ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
    return path.join(room, apiVersion, kind + '.js');
}

async function checkValues(object) {
    const model = await import(pathToFileURL(path.join(modules, modelOf(object))));
    try {
        new model[object.kind](object).validate();
    } catch (error) {
        failed.push(`${object.kind} ${object.metadata.name}: ${error.message}`);
    }
}

// Of each object: is it a literal of its type? Literals may have no field that their type lacks.
function typeErrors(all) {
    const file = path.join(path.dirname(modules), 'nmtx-objects.ts');
    const text = all.map(each => `export const ${each.name}: import("${path.join(modules, modelOf(each.object))}").I${each.object.kind} = ` +
                                 `${JSON.stringify(each.object)};`).join('\n');
    const options = {strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext,
                     moduleResolution: ts.ModuleResolutionKind.NodeNext, types: []};
    const host = ts.createCompilerHost(options);
    const {getSourceFile, fileExists, readFile} = host;
    host.getSourceFile = (name, ...rest) => name === file ? ts.createSourceFile(name, text, ...rest) : getSourceFile(name, ...rest);
    host.fileExists = name => name === file || fileExists(name);
    host.readFile = name => name === file ? text : readFile(name);
    const lines = text.split('\n').map(() => []);
    for (const each of ts.getPreEmitDiagnostics(ts.createProgram([file], options, host))) {
        const line = each.file?.fileName === file ? each.file.getLineAndCharacterOfPosition(each.start).line : 0;
        lines[line].push(ts.flattenDiagnosticMessageText(each.messageText, ' '));
    }
    return lines;
}

function misspelled(object) {
    const copy = structuredClone(object);
    copy.spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem = true;
    return copy;
}

for (const object of objects) await checkValues(object);
const all = objects.map((object, i) => ({name: `object${i}`, object}));
all.push({name: 'misspelled', object: misspelled(objects.find(each => each.kind === 'DaemonSet'))});
const errors = typeErrors(all);
const control = errors.pop();
objects.forEach((object, i) => failed.push(...errors[i].map(error => `${object.kind} ${object.metadata.name}: ${error}`)));
if (!control.some(error => error.includes('readOnlyRootFileSystem'))) failed.push('a misspelled field is not seen');
for (const each of failed) console.error('schemas: ' + each);
process.exitCode = failed.length ? 1 : 0;
