using System.Text;
using System.Text.Json.Nodes;
using AdapterToolkit.Formats;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>Values of a JSON file change, and nothing else does.</summary>
public class JsonTextTests
{
    [Theory]
    [InlineData(
        """
        {
          "a": 1e-05,
          "b": [1,  2],
          "é\u00e9": 12345678901234567890
        }

        """,
        """
        {
          "a": 1e-05,
          "b": 7,
          "é\u00e9": 12345678901234567890,
          "c": "x"
        }

        """)]
    [InlineData("{\"b\":{\"c\":1},\"a\":2}", "{\"b\":7,\"a\":2,\"c\": \"x\"}")]
    [InlineData("{ \"gone\": 1 , \"b\" : null }", "{ \"b\" : 7, \"c\": \"x\" }")]
    [InlineData("{\"a\": 1, \"gone\": [\"}\", {}]}", "{\"a\": 1,\"b\": 7,\"c\": \"x\"}")]
    [InlineData("{}", "{\n  \"b\": 7,\n  \"c\": \"x\"\n}")]
    [InlineData("\uFEFF{ }\n", "{\n  \"b\": 7,\n  \"c\": \"x\"\n}\n")]
    public void Changed_values_take_their_places_and_the_rest_keeps_its_bytes(string before, string after)
    {
        Dictionary<string, string?> changes = new() { ["b"] = "7", ["gone"] = null, ["c"] = "\"x\"" };

        Assert.Equal(after, Encoding.UTF8.GetString(JsonText.With(Encoding.UTF8.GetBytes(before), changes)));
    }

    [Fact]
    public void Nothing_to_change_leaves_every_byte()
    {
        byte[] text = Encoding.UTF8.GetBytes(" {\r\n\t\"a\" :\t[ ] ,\"b\":-0.0\r\n} \n");

        Assert.Equal(text, JsonText.With(text, new Dictionary<string, string?> { ["gone"] = null }));
    }

    [Fact]
    public void A_value_of_several_lines_moves_in()
    {
        byte[] changed = JsonText.With("{\n  \"a\": 1\n}"u8, new Dictionary<string, string?> { ["q"] = "{\n  \"x\": [\n    1\n  ]\n}" });

        Assert.Equal("{\n  \"a\": 1,\n  \"q\": {\n    \"x\": [\n      1\n    ]\n  }\n}", Encoding.UTF8.GetString(changed));
        Assert.Equal(1, (int)JsonNode.Parse(changed)!["q"]!["x"]![0]!);
    }
}
