# SPDX-License-Identifier: Apache-2.0
"""A SageMaker that keeps lineage, for tests: AWS itself cannot run here.

It keeps state, checks every signature with botocore's signer and every
request with botocore's model, and can be told to misbehave:

    with fake_sagemaker.Service() as service:
        os.environ.update(service.environment())
        service.faults.every = 3          # every third request fails
        ...
        service.state()                   # what it knows, comparable

What it refuses, and how, is what is known of the service: names are unique
without regard to case and artifacts by their source (ValidationException),
lists are paged, an association has no type in its identity.
"""

import collections
import copy
import datetime
import email.utils
import functools
import hashlib
import http.server
import json
import random
import socket
import threading
import time
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.loaders
import botocore.model
import botocore.validate

import loopback

REGION, ACCOUNT = "eu-west-1", "123456789012"
ACCESS, SECRET = "AKIDEXAMPLE", "secret/EXAMPLE+key"
PREFIX = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"

# Debian's model is of 2022; these limits of it were raised in 2023.
RAISED = {
    "StringParameterValue": {"max": 2500}, "ArtifactPropertyValue": {"max": 4096},
    "TrialComponentParameters": {"max": 300}, "TrialComponentArtifacts": {"max": 60},
    "TrialComponentKey256": {"max": 320}, "TrialComponentKey64": {"max": 128},
    "TrialComponentStringParameterValue": {"max": 2500},
}


class Refusal(Exception):
    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


def _model():
    model = botocore.loaders.Loader().load_service_model(
        "sagemaker", "service-2")
    for name, limits in RAISED.items():
        model["shapes"].get(name, {}).update(limits)
    edge = model["shapes"]["AssociationEdgeType"]["enum"]
    if "SameAs" not in edge:
        edge.append("SameAs")
    return botocore.model.ServiceModel(model, "sagemaker")


MODEL = _model()

KINDS = {
    "Artifact": "artifact", "Action": "action", "Context": "context",
    "Experiment": "experiment", "Trial": "experiment-trial",
    "TrialComponent": "experiment-trial-component",
}
# The member with the name, the word in the ARN, whether it is made anew.
SERVING = {
    "CreateModel": ("ModelName", "model", True),
    "CreateEndpointConfig": ("EndpointConfigName", "endpoint-config", True),
    "CreateEndpoint": ("EndpointName", "endpoint", True),
    "UpdateEndpoint": ("EndpointName", "endpoint", False),
    "CreateTrainingJob": ("TrainingJobName", "training-job", True),
    "CreateProcessingJob": ("ProcessingJobName", "processing-job", True),
    "CreateTransformJob": ("TransformJobName", "transform-job", True),
}
EXPERIMENT_KINDS = ("Experiment", "Trial", "TrialComponent")


@functools.lru_cache(None)
def _kind_of(arn):
    word = arn.split(":", 5)[5].split("/")[0]
    return next((k for k, w in KINDS.items() if w == word), None)


def _missing(kind, name):
    return Refusal("ResourceNotFound", f"{kind} '{name}' does not exist.")


class Lineage:
    """The state and the operations on it; one call at a time."""

    def __init__(self):
        self.entities = collections.OrderedDict()  # by ARN
        self.edges = collections.OrderedDict()  # by (source, destination)
        self.members = set()  # (trial component ARN, trial ARN)
        self.quota = {}  # kind: how many
        self.served = {}  # ARN of what is not lineage: its request
        self.clock = 1700000000.0

    def __call__(self, operation, request):
        for verb in ("Create", "Describe", "Update", "Delete", "List"):
            kind = operation[len(verb):]
            if operation.startswith(verb) and kind.rstrip("s") in KINDS:
                return getattr(self, verb.lower())(kind.rstrip("s"), request)
        if operation in SERVING:
            return self.serve(operation, request)
        method = getattr(self, operation, None)
        if not method:
            raise Refusal("UnknownOperationException", operation, 404)
        return method(request)

    def serve(self, operation, request):
        """Models, configurations, endpoints and jobs: names with an ARN."""
        member, word, made = SERVING[operation]
        name = request[member]
        arn = PREFIX + f"{word}/{name.lower()}"
        if made == (arn in self.served):
            raise Refusal("ValidationException",
                          f"{word} {name} {'exists' if made else 'is not'}")
        self.served[arn] = copy.deepcopy(request)
        return {member.replace("Name", "Arn"): arn}

    def DeleteEndpoint(self, request):
        arn = PREFIX + f"endpoint/{request['EndpointName'].lower()}"
        if not self.served.pop(arn, None):
            raise Refusal("ValidationException", f"no endpoint {arn}")

    def now(self):
        self.clock += 0.001
        return round(self.clock, 3)

    def find(self, kind, name):
        if name in self.entities:
            return name, self.entities[name]
        for arn, entity in self.entities.items():
            if _kind_of(arn) == kind and \
                    entity.get(f"{kind}Name", "").lower() == name.lower():
                return arn, entity
        raise _missing(kind, name)

    def check_quota(self, kind, have):
        if kind in self.quota and have >= self.quota[kind]:
            raise Refusal(
                "ResourceLimitExceeded",
                f"The account-level service limit 'Total number of "
                f"{kind.lower()}s allowed, excluding those automatically "
                f"created by SageMaker' is {self.quota[kind]} {kind}s, with "
                f"current utilization of {have} {kind}s and a request delta "
                f"of 1 {kind}s.")

    def create(self, kind, request):
        entity = copy.deepcopy(request)
        same = [e for a, e in self.entities.items() if _kind_of(a) == kind]
        if kind == "Artifact":
            source = entity["Source"]
            source.setdefault("SourceTypes", [])
            key = (source["SourceUri"], sorted(
                (t["SourceIdType"], t["Value"])
                for t in source["SourceTypes"]))
            if any(e["Source"]["SourceUri"] == key[0] and sorted(
                    (t["SourceIdType"], t["Value"])
                    for t in e["Source"]["SourceTypes"]) == key[1]
                   for e in same):
                raise Refusal("ValidationException",
                              "Artifact SourceUri and SourceTypes must be "
                              "unique.")
            tail = hashlib.md5(repr(key).encode()).hexdigest()
        else:
            tail = request[f"{kind}Name"].lower()
            if PREFIX + f"{KINDS[kind]}/{tail}" in self.entities:
                raise Refusal("ValidationException",
                              f"{kind} with name "
                              f"({request[f'{kind}Name']}) already exists.")
        if kind == "Trial":
            self.find("Experiment", request["ExperimentName"])
        self.check_quota(kind, len(same))
        arn = PREFIX + f"{KINDS[kind]}/{tail}"
        entity[f"{kind}Arn"] = arn
        entity["CreationTime"] = entity["LastModifiedTime"] = self.now()
        self.entities[arn] = entity
        return {f"{kind}Arn": arn}

    def named(self, kind, request):
        return self.find(kind, request.get(f"{kind}Arn") or
                         request[f"{kind}Name"])

    def describe(self, kind, request):
        _, entity = self.named(kind, request)
        return {k: v for k, v in entity.items() if k != "Tags"}

    def update(self, kind, request):
        arn, entity = self.named(kind, request)
        for key, value in request.items():
            if key in (f"{kind}Arn",) or (key == f"{kind}Name" and
                                          kind != "Artifact"):
                continue
            if key.endswith("ToRemove"):
                for name in value:
                    entity.get(key[:-len("ToRemove")], {}).pop(name, None)
            elif key in ("Parameters", "InputArtifacts", "OutputArtifacts"):
                entity.setdefault(key, {}).update(value)
            else:
                entity[key] = value
        entity["LastModifiedTime"] = self.now()
        return {f"{kind}Arn": arn}

    def delete(self, kind, request):
        arn, _ = self.named(kind, request)
        if any(arn in edge for edge in self.edges):
            raise Refusal("ValidationException", f"{arn} has associations.")
        del self.entities[arn]
        return {f"{kind}Arn": arn}

    def page(self, items, request, member):
        start = int(request.get("NextToken", "0"))
        size = request.get("MaxResults", 10)
        answer = {member: items[start:start + size]}
        if start + size < len(items):
            answer["NextToken"] = str(start + size)
        return answer

    def list(self, kind, request):
        found = []
        for arn, entity in self.entities.items():
            if _kind_of(arn) != kind:
                continue
            source = entity.get("Source", {})
            if request.get("SourceUri", source.get("SourceUri")) != \
                    source.get("SourceUri"):
                continue
            if request.get(f"{kind}Type", entity.get(f"{kind}Type")) != \
                    entity.get(f"{kind}Type"):
                continue
            if "SourceArn" in request and \
                    source.get("SourceArn") != request["SourceArn"]:
                continue
            found.append({k: v for k, v in entity.items() if k in (
                f"{kind}Arn", f"{kind}Name", f"{kind}Type", "Source",
                "Status", "CreationTime", "LastModifiedTime")})
        if kind in EXPERIMENT_KINDS:
            for summary in found:
                if "Source" in summary:
                    summary[f"{kind}Source"] = summary.pop("Source")
        if request.get("SortOrder") != "Ascending":
            found.reverse()
        return self.page(found, request, f"{kind}Summaries")

    def ends(self, request):
        for end in ("SourceArn", "DestinationArn"):
            if request[end] not in self.entities:
                raise _missing("Entity", request[end])
        return request["SourceArn"], request["DestinationArn"]

    def AddAssociation(self, request):
        source, destination = self.ends(request)
        if _kind_of(source) in EXPERIMENT_KINDS and \
                _kind_of(destination) in EXPERIMENT_KINDS:
            raise Refusal("ValidationException",
                          "both source and destination in the set "
                          "[Experiment|Trial|TrialComponent] is invalid")
        if (source, destination) in self.edges:
            raise Refusal("ValidationException",
                          "Association SourceArn and DestinationArn must be "
                          "unique.")
        self.check_quota("Association", len(self.edges))
        self.edges[source, destination] = {
            "AssociationType": request.get("AssociationType"),
            "CreationTime": self.now()}
        return {"SourceArn": source, "DestinationArn": destination}

    def DeleteAssociation(self, request):
        key = request["SourceArn"], request["DestinationArn"]
        if key not in self.edges:
            raise Refusal("ResourceNotFound", "no such association")
        del self.edges[key]
        return {"SourceArn": key[0], "DestinationArn": key[1]}

    def type_of(self, arn):
        kind = _kind_of(arn)
        entity = self.entities[arn]
        if kind == "TrialComponent":
            return entity.get("Source", {}).get(
                "SourceType", "SageMakerExperimentTrialComponent")
        return entity.get(f"{kind}Type", kind)

    def ListAssociations(self, request):
        found = []
        for (source, destination), edge in self.edges.items():
            summary = {"SourceArn": source, "DestinationArn": destination,
                       "SourceType": self.type_of(source),
                       "DestinationType": self.type_of(destination),
                       **{k: v for k, v in edge.items() if v}}
            if all(summary.get(k) == request[k] for k in (
                    "SourceArn", "DestinationArn", "SourceType",
                    "DestinationType", "AssociationType") if k in request):
                found.append(summary)
        if request.get("SortOrder") != "Ascending":
            found.reverse()
        return self.page(found, request, "AssociationSummaries")

    def AssociateTrialComponent(self, request):
        component, _ = self.find("TrialComponent",
                                 request["TrialComponentName"])
        trial, _ = self.find("Trial", request["TrialName"])
        self.members.add((component, trial))
        return {"TrialComponentArn": component, "TrialArn": trial}

    def AddTags(self, request):
        entity = self.entities.get(request["ResourceArn"])
        if entity is None:
            raise _missing("Entity", request["ResourceArn"])
        tags = {t["Key"]: t for t in entity.get("Tags", [])}
        tags.update({t["Key"]: t for t in request["Tags"]})
        entity["Tags"] = list(tags.values())
        return {"Tags": entity["Tags"]}

    def ListTags(self, request):
        entity = self.entities.get(request["ResourceArn"])
        if entity is None:
            raise _missing("Entity", request["ResourceArn"])
        return {"Tags": entity.get("Tags", [])}

    def QueryLineage(self, request):
        [start] = request["StartArns"]
        if start not in self.entities:
            raise _missing("Entity", start)
        for member, most in (("MaxDepth", 10), ("MaxResults", 50)):
            if request.get(member, 1) > most:
                raise Refusal("ValidationException",
                              f"{member} must be at most {most}")
        direction = request.get("Direction", "Both")
        seen, frontier, edges = {start: None}, [start], {}
        for _ in range(request.get("MaxDepth", 10)):
            ahead = []
            for source, destination in self.edges:
                for here, there, ways in (
                        (destination, source, ("Both", "Ascendants")),
                        (source, destination, ("Both", "Descendants"))):
                    if here in frontier and direction in ways:
                        edges[source, destination] = None
                        if there not in seen:
                            seen[there] = None
                            ahead.append(there)
            frontier = ahead
        vertices = [{"Arn": arn, "Type": self.type_of(arn),
                     "LineageType": _kind_of(arn)} for arn in seen]
        answer = self.page(vertices, {"MaxResults": 50, **request}, "Vertices")
        answer["Edges"] = [
            {"SourceArn": s, "DestinationArn": d,
             **{k: v for k, v in self.edges[s, d].items()
                if k == "AssociationType" and v}} for s, d in edges] \
            if request.get("IncludeEdges", True) else []
        return answer


class Faults:
    """How the service misbehaves; all off. Changed while it runs."""

    def __init__(self):
        self.latency = 0.0  # seconds before an answer
        self.rate = 0  # requests a second; more are throttled
        self.every = 0  # every n-th request fails ...
        # ... in one of these ways: "500", "503", "throttle", "drop-before",
        # "drop-after", "not-json", "cut", "huge"
        self.how = "500"
        self.skew = 0.0  # the service's clock is so far ahead, in seconds
        self.expired = set()  # session tokens
        self.expires = {}  # session token: after how many requests
        self.stop_after = 0  # no request is answered after so many


class Service(loopback.Server):
    def __init__(self, certificate=None, lineage=None):
        self.lineage = lineage or Lineage()
        self.faults = Faults()
        self.requests = []  # (operation, request, status or "dropped")
        self.times = []  # when each of them was taken up
        self.seen = 0
        self.acted = 0
        self.tokens = {None}  # session tokens that are known
        self._lock = threading.Lock()
        self._bucket, self._filled = 1.0, time.monotonic()
        super().__init__(_Handler, certificate)

    def environment(self):
        return {"AWS_ENDPOINT_URL_SAGEMAKER": self.url, "AWS_REGION": REGION,
                "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": ACCESS,
                "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}

    def state(self):
        """What it knows, less its times: equal after equal deliveries."""
        def timeless(value):
            return {k: v for k, v in value.items()
                    if k not in ("CreationTime", "LastModifiedTime")}
        return {
            "Entities": {a: timeless(e)
                         for a, e in sorted(self.lineage.entities.items())},
            "Edges": {f"{s} {d}": e["AssociationType"]
                      for (s, d), e in sorted(self.lineage.edges.items())},
            "Members": sorted(self.lineage.members)}

    def check_signature(self, handler, body):
        given = handler.headers.get("Authorization", "")
        if not given.startswith("AWS4-HMAC-SHA256 "):
            raise Refusal("MissingAuthenticationTokenException",
                          "Missing Authentication Token", 403)
        parts = dict(p.strip().split("=", 1)
                     for p in given.split(" ", 1)[1].split(","))
        access, scope = parts["Credential"].split("/", 1)
        token = handler.headers.get("X-Amz-Security-Token")
        date = handler.headers["X-Amz-Date"]
        if access != ACCESS:
            raise Refusal("UnrecognizedClientException",
                          "The security token included in the request is "
                          "invalid.", 403)
        if token in self.faults.expired or \
                self.seen > self.faults.expires.get(token, self.seen):
            raise Refusal("ExpiredTokenException",
                          "The security token included in the request is "
                          "expired", 403)
        sent = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(
            tzinfo=datetime.timezone.utc).timestamp()
        if abs(sent - time.time() - self.faults.skew) > 300:
            raise Refusal("InvalidSignatureException",
                          f"Signature expired: {date}", 403)
        if scope != f"{date[:8]}/{REGION}/sagemaker/aws4_request":
            raise Refusal("InvalidSignatureException",
                          "Credential should be scoped correctly", 403)
        request = botocore.awsrequest.AWSRequest(
            handler.command, f"{self.scheme}://{handler.headers['Host']}"
                             f"{handler.path}", data=body)
        for name in parts["SignedHeaders"].split(";"):
            request.headers[name] = handler.headers[name]
        request.context["timestamp"] = date
        signer = botocore.auth.SigV4Auth(
            botocore.credentials.Credentials(ACCESS, SECRET, token),
            "sagemaker", REGION)
        text = signer.string_to_sign(request,
                                     signer.canonical_request(request))
        if signer.signature(text, request) != parts["Signature"]:
            raise Refusal("InvalidSignatureException",
                          "The request signature we calculated does not "
                          "match the signature you provided.", 403)
        for name in ("host", "x-amz-date", "x-amz-target"):
            if name not in parts["SignedHeaders"].split(";"):
                raise Refusal("InvalidSignatureException",
                              f"{name} is not signed", 403)

    def note(self, *request):
        self.requests.append(request)
        self.times.append(time.monotonic())

    def throttled(self):
        if not self.faults.rate:
            return False
        now = time.monotonic()
        self._bucket = min(self.faults.rate, self._bucket +
                           (now - self._filled) * self.faults.rate)
        self._filled = now
        if self._bucket < 1:
            return True
        self._bucket -= 1
        return False

    def act(self, operation, body):
        request = json.loads(body)
        model = MODEL.operation_model(operation)
        report = botocore.validate.ParamValidator().validate(
            request, model.input_shape)
        if report.has_errors():
            raise Refusal("ValidationException", report.generate_report())
        return self.lineage(operation, request)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def drop(self):
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def answer(self, status, body, cut=False):
        service = self.server.owner
        self.send_response_only(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body) + (10 if cut else 0)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.send_header("Date", email.utils.formatdate(
            time.time() + service.faults.skew, usegmt=True))
        self.end_headers()
        self.wfile.write(body)
        if cut:
            self.close_connection = True

    def refuse(self, refusal):
        self.answer(refusal.status, json.dumps(
            {"__type": refusal.code, "message": refusal.message}).encode())
        return refusal.code

    def misbehave(self, how):
        """Before acting; False: act all the same, then drop."""
        if how == "drop-before":
            self.drop()
        elif how == "throttle":
            self.refuse(Refusal("ThrottlingException", "Rate exceeded"))
        elif how == "not-json":
            self.answer(200, b"<html>proxy</html>")
        elif how == "cut":
            self.answer(200, b'{"ArtifactArn": "arn:', cut=True)
        elif how == "huge":
            self.answer(200, b"[" + b"1," * 50_000_000 + b"1]")
        elif how != "drop-after":
            self.refuse(Refusal("InternalFailure", "try again", int(how)))
        return how != "drop-after"

    def do_POST(self):
        service = self.server.owner
        faults = service.faults
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if faults.latency:
            time.sleep(faults.latency)
        with service._lock:
            service.seen += 1
            failing = faults.every and service.seen % faults.every == 0
            if faults.stop_after and service.seen > faults.stop_after:
                return self.drop()
            status = "ok"
            try:
                service.check_signature(self, body)
                if service.throttled():
                    raise Refusal("ThrottlingException", "Rate exceeded")
                if failing and self.misbehave(faults.how):
                    service.note(operation, None, faults.how)
                    return None
                answer = service.act(operation, body)
                service.acted += 1
            except Refusal as refusal:
                answer, status = refusal, refusal.code
            service.note(operation, json.loads(body), status)
        if failing and faults.how == "drop-after":
            return self.drop()
        if isinstance(answer, Refusal):
            return self.refuse(answer)
        return self.answer(200, b"" if answer is None else
                           json.dumps(answer).encode())


def shuffled(items, seed):
    """A copy in another order, the same for the same seed."""
    items = list(items)
    random.Random(seed).shuffle(items)
    return items
