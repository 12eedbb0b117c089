"""python-odata: reflect the metadata, create, query, change, delete; prints what came of it as JSON."""

import json
import sys

import requests
from odata import ODataService

url, token = sys.argv[1:]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {token}"
service = ODataService(f"{url}/admin/", session=session, reflect_entities=True)
Customer = service.entities["Customer"]
made = Customer()
made.ID = "PY1"
made.name = "Made by python-odata"
service.save(made)
query = service.query(Customer).filter(Customer.ID == "PY1")
found = [each.name for each in query]
made.name = "Renamed"
service.save(made)
renamed = service.query(Customer).filter(Customer.ID == "PY1").first().name
service.delete(made)
left = len(list(service.query(Customer).filter(Customer.ID == "PY1")))
known = {"CustomerInteraction", "Customer", "Contact"} <= set(service.entities)
sys.stdout.write(
    json.dumps({"entities": known, "created": len(found), "found": found, "renamed": renamed, "left": left})
)
