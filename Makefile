# Python 3.11 and make are enough: `make run` serves a demo, `make test` runs every test.
# Everything is installed into .venv in this folder. PYTHON=... picks an interpreter, ARGS=... goes to the command.

BIN := .venv/bin

.PHONY: run setup test check format contract client docs site bench screenshots faults fuzz lock

run: ## serve everything with the simulator and a seeded demo on http://127.0.0.1:8080
	@scripts/setup run
	@exec $(BIN)/tideline serve --demo $(ARGS)

setup: ## everything that tests and checks need
	@scripts/setup dev

test: setup ## every test, on all cores, against fresh embedded PostgreSQLs
	@scripts/browser
	@scripts/libraries
	@$(BIN)/python -m pytest -n auto --dist loadfile $(ARGS)

check: setup ## format, lint, types, imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: setup ## put the code into its one form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

contract: setup ## after a change of a contract: renew the JSON that the program reads, and the client's code
	@$(BIN)/python -m tideline.surfaces.api.contract build
	@$(BIN)/python -m generate

client: setup ## write the code of tideline.client that is made from the contracts
	@$(BIN)/python -m generate

docs: setup ## write the reference pages that are made from the code
	@$(BIN)/python -m tests.architecture.reference

site: setup ## the documentation as files, in build/site; the server shows the same at /docs
	@$(BIN)/tideline docs build build/site

bench: setup ## the figures of the speed table, in a few minutes
	@$(BIN)/python -m bench $(ARGS)

screenshots: setup ## pictures of every page, light, dark, on a phone and in Hebrew, in screenshots/
	@$(BIN)/python -m tests.support.screenshots $(ARGS)

faults: setup ## kill -9 under load again and again, then count every message and every event
	@$(BIN)/python -m bench.faults $(ARGS)
	@$(BIN)/python -m bench.event_faults

fuzz: setup ## what is tried at random in the tests (every operation, bad input, lanes), with twenty times as many new examples
	@TIDELINE_FUZZ=$${TIDELINE_FUZZ:-20} $(BIN)/python -m pytest $$(grep -rlE --include='test_*.py' 'hypothesis|FUZZ' tests) $(ARGS)

lock: ## pin the newest versions, with hashes (needs uv)
	uv pip compile pyproject.toml --extra server --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o requirements/run.txt
	cd requirements && uv pip compile build.in --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o build.txt
	cd requirements && uv pip compile linked.in --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o linked.txt
	cd requirements && uv pip compile dev.in --python-version 3.11 --generate-hashes --no-header --upgrade --quiet -o dev.txt
