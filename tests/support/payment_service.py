"""The application that sells credits as a program: `python -m support.payment_service serve --port 8000`."""

import sys

import uvicorn

from retina.payment_app import create_payment_app

if __name__ == "__main__":
    uvicorn.run(create_payment_app(), port=int(sys.argv[-1]), log_level="warning", lifespan="off")
