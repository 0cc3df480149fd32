"""The environment that all pages are rendered in: everything is escaped, nothing may be undefined."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fpdeep_gen.emit.resources import templates_dir


def render(template: str, page: object) -> str:
    """The text of a page; the template shows `page` and computes nothing."""
    environment = Environment(
        loader=FileSystemLoader(templates_dir()),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(page=page)
