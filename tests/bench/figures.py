# SPDX-License-Identifier: MIT
"""What was measured: values by figure and way, a round each; as JSON."""
import json
import statistics


class Figures:
    def __init__(self, meta):
        self.meta, self.rows, self.failures = meta, {}, []

    def add(self, figure, way, value, unit):
        row = self.rows.setdefault((figure, way), {"figure": figure, "way": way, "unit": unit, "values": []})
        row["values"].append(value)

    def fail(self, figure, way, why):
        self.failures.append({"figure": figure, "way": way, "why": str(why)})
        print("FAILED %s, %s: %s" % (figure, way, why), flush=True)

    def median(self, figure, way):
        return statistics.median(self.rows[figure, way]["values"])

    def result(self):
        out = []
        for row in self.rows.values():
            v = sorted(row["values"])
            base = self.rows.get((row["figure"], "plain"))
            row = dict(row, median=statistics.median(v), low=v[0], high=v[-1])
            if base and statistics.median(base["values"]):
                # round by round, for what disturbs one way disturbs the other in the same round
                pairs = [a / b for a, b in zip(row["values"], base["values"]) if b]
                row["ratio"] = statistics.median(pairs) if pairs else None
            out.append(row)
        return {"meta": self.meta, "figures": out, "failures": self.failures}

    def write(self, path):
        with open(path, "w") as f:
            json.dump(self.result(), f, indent=1)


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]
