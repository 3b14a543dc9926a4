"""Tests of the store on DynamoDB."""
