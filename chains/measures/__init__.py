"""What phrases measure: line items, metrics, shares, and what is put together of them."""
