// Checks lines of OTLP/JSON by the messages of opentelemetry-proto: otlp.mjs NODE_MODULES <LINES. NODE_MODULES has the npm package
// @opentelemetry/otlp-transformer, up to 0.57, whose build/src/generated/root.js was made of the .proto files.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';

const load = createRequire(path.resolve(process.argv[2], 'x.js'));
const root = load('@opentelemetry/otlp-transformer/build/src/generated/root.js');
const Request = root.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;

// An absent list is an empty one.
function withoutEmptyLists(value) {
    if (Array.isArray(value)) return value.map(withoutEmptyLists);
    if (value === null || typeof value !== 'object') return value;
    const kept = Object.entries(value).filter(([, part]) => !Array.isArray(part) || part.length > 0);
    return Object.fromEntries(kept.map(([name, part]) => [name, withoutEmptyLists(part)]));
}

// To the wire and back. What is no field is lost on the way, and what has another type comes back in its own: 64-bit integers as strings,
// enums as numbers.
function faultOf(request) {
    const message = Request.fromObject(request);
    const fault = Request.verify(message);
    if (fault) return fault;
    const back = Request.toObject(Request.decode(Request.encode(message).finish()), {longs: String, json: true});
    try {
        assert.deepStrictEqual(back, withoutEmptyLists(request));
    } catch (error) {
        return error.message;
    }
}

// What must not pass: a field that is misspelled, an integer that is a number, an enum by its name.
function checkControls(request) {
    const spoil = [
        metric => { metric.units = 'By'; },
        metric => { (metric.gauge ?? metric.sum).dataPoints[0].timeUnixNano = 1e18; },
        metric => { metric.sum = {dataPoints: [], aggregationTemporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE'}; },
    ];
    for (const [i, change] of spoil.entries()) {
        const copy = structuredClone(request);
        change(copy.resourceMetrics[0].scopeMetrics[0].metrics[0]);
        if (!faultOf(copy)) throw new Error(`control ${i}: a fault is not seen`);
    }
}

const lines = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map(line => JSON.parse(line));
let points = 0;
for (const [i, request] of lines.entries()) {
    const fault = faultOf(request);
    if (fault) throw new Error(`line ${i + 1}: ${fault}`);
    checkControls(request);
    for (const metric of request.resourceMetrics[0].scopeMetrics[0].metrics) points += (metric.gauge ?? metric.sum).dataPoints.length;
}
if (points === 0) throw new Error('no points');
console.log(`${lines.length} lines, ${points} points`);
