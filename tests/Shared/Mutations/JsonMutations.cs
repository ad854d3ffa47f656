using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>Damages JSON so that it stays JSON, or nearly: keys dropped, doubled, renamed, values of other types, numbers out of range, deep nesting.</summary>
internal sealed class JsonMutations
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Random _random;
    private readonly Dictionary<string, string> _raw = [];

    private JsonMutations(Random random) => _random = random;

    /// <summary>Damages a JSON text in one to three places; null where the text is no JSON object or array.</summary>
    /// <param name="json">The text.</param>
    /// <param name="random">Decides where and how.</param>
    public static byte[]? Damage(ReadOnlySpan<byte> json, Random random)
    {
        if (Parse(json) is not { } root)
            return null;
        JsonMutations mutations = new(random);
        for (int change = random.Next(1, 4); change > 0; change--)
            mutations.Change(root);
        return mutations.ToBytes(root);
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json) is var node and (JsonObject or JsonArray) ? node : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Change(JsonNode root)
    {
        List<JsonNode> containers = [];
        Collect(root, containers);
        if (containers.Count == 0)
            return;
        JsonNode container = containers[_random.Next(containers.Count)];
        if (container is JsonObject record)
            ChangeObject(record);
        else
            ChangeArray(container.AsArray());
    }

    private static void Collect(JsonNode? node, List<JsonNode> containers)
    {
        switch (node)
        {
            case JsonObject record when record.Count > 0:
                containers.Add(record);
                foreach ((_, JsonNode? value) in record)
                    Collect(value, containers);
                break;
            case JsonArray array when array.Count > 0:
                containers.Add(array);
                foreach (JsonNode? value in array)
                    Collect(value, containers);
                break;
        }
    }

    private void ChangeObject(JsonObject record)
    {
        string[] keys = [.. record.Select(pair => pair.Key)];
        string key = keys[_random.Next(keys.Length)], other = keys[_random.Next(keys.Length)];
        switch (_random.Next(7))
        {
            case 0:
                record.Remove(key);
                break;
            case 1:
                record[Raw(JsonSerializer.Serialize(key, s_options))] = _random.Next(2) == 0 ? record[key]?.DeepClone() : Value(record[key]);
                break;
            case 2:
                JsonNode? moved = record[key]?.DeepClone();
                record.Remove(key);
                record[_random.Next(3) == 0 ? other : _random.Next(2) == 0 ? key + "x" : Raw("\"\\ud83d\"")] = moved;
                break;
            case 3:
                record[key] = record[other]?.DeepClone();
                break;
            default:
                record[key] = Value(record[key]);
                break;
        }
    }

    private void ChangeArray(JsonArray array)
    {
        int index = _random.Next(array.Count);
        switch (_random.Next(4))
        {
            case 0:
                array.RemoveAt(index);
                break;
            case 1:
                array.Insert(_random.Next(array.Count + 1), array[index]?.DeepClone());
                break;
            default:
                array[index] = Value(array[index]);
                break;
        }
    }

    private JsonNode? Value(JsonNode? before) => _random.Next(12) switch
    {
        0 => null,
        1 => _random.Next(2) == 0,
        2 => "",
        3 => new JsonArray(),
        4 => new JsonObject(),
        5 => new JsonArray(before?.DeepClone()),
        6 => new JsonObject { ["type"] = before?.DeepClone() },
        7 => Raw(new string('[', 60) + new string(']', 60)),
        8 => Raw(string.Concat(Enumerable.Repeat("{\"a\":", 5000))),
        9 => Text(before),
        _ => Raw(ByteMutations.Numbers[_random.Next(ByteMutations.Numbers.Length)]),
    };

    private JsonNode Text(JsonNode? before) => _random.Next(6) switch
    {
        0 => Raw("\"\\udc00\""),
        1 => new string('x', 3000),
        2 => "\0\u001b[31m\r\n",
        3 => "((a+)+)+$",
        4 => "../../" + before,
        _ => before + "\u00e9",
    };

    /// <summary>A text in whose place another piece of JSON is written, which a node can't hold.</summary>
    private string Raw(string json)
    {
        string marker = string.Create(CultureInfo.InvariantCulture, $"@@{_raw.Count}@@");
        _raw.Add(marker, json);
        return marker;
    }

    private byte[] ToBytes(JsonNode root)
    {
        StringBuilder text = new(root.ToJsonString(s_options));
        foreach ((string marker, string json) in _raw)
            text.Replace($"\"{marker}\"", json);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
